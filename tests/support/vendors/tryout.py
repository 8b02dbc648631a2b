"""A vendor without a cloud: its machines are guests of this host, and its links pipes that end where the test wants."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.errors import AgentGone, LinkBroken
from aura_gql.sandboxes.providers.remote.values import MachineState, MachineWish, VendorMachine
from aura_gql.sandboxes.values import Capabilities
from tests.support.vendors.guest_process import GuestProcess
from tests.support.vendors.guests import Guest, GuestGone

ResultT = TypeVar("ResultT")
READ_BYTES = 1 << 16
Lengths = Callable[[], tuple[int | None, int | None]]


def endless() -> tuple[int | None, int | None]:
    """Links that nobody cuts."""
    return None, None


class TryoutLink:
    """A link through which `there` bytes go and `back` bytes come before it is cut, None for any number. What was under
    way then is lost.
    """

    def __init__(self, launched: "Launched", there: int | None, back: int | None) -> None:
        self.token = launched.token
        self._launched = launched
        self._there, self._back = there, back
        self._came: asyncio.Queue[bytes | None] = asyncio.Queue(4)
        self._is_cut = asyncio.Event()
        launched.links.append(self)

    async def send(self, data: bytes) -> None:
        assert len(data) <= READ_BYTES
        assert data.isascii()
        if self._is_cut.is_set():
            raise LinkBroken
        passing = data if self._there is None else data[: self._there]
        with contextlib.suppress(BrokenPipeError):
            await self._launched.process.write(passing)
        if self._there is not None:
            self._there -= len(passing)
            if len(passing) < len(data):
                self.cut()

    async def receive(self) -> AsyncIterator[bytes]:
        while True:
            coming = asyncio.ensure_future(self._came.get())
            cut = asyncio.ensure_future(self._is_cut.wait())
            try:
                await asyncio.wait({coming, cut}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                cut.cancel()
                if not coming.done():
                    coming.cancel()
            if not coming.done() or coming.cancelled() or (data := coming.result()) is None:
                return
            yield data

    async def close(self) -> None:
        self.cut()

    async def hear(self, data: bytes | None) -> None:
        """What the agent wrote; None at its end."""
        passing = data if self._back is None or data is None else data[: self._back]
        putting = asyncio.ensure_future(self._came.put(passing))
        cut = asyncio.ensure_future(self._is_cut.wait())
        try:
            await asyncio.wait({putting, cut}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            putting.cancel()
            cut.cancel()
        if self._back is not None and data is not None:
            self._back -= len(data)
            if self._back < 0:
                self.cut()

    def cut(self) -> None:
        """The connection ends here and now."""
        self._is_cut.set()
        if self in self._launched.links:
            self._launched.links.remove(self)


class Launched:
    """A process that was launched; what it writes while there is no link is lost."""

    def __init__(self, process: GuestProcess) -> None:
        self.process = process
        self.token = secrets.token_hex(8)
        self.links: list[TryoutLink] = []
        self.pump = asyncio.create_task(self._pump())

    async def _pump(self) -> None:
        while data := await self.process.stdout.read(READ_BYTES):
            for link in list(self.links):
                await link.hear(data)
        for link in list(self.links):
            await link.hear(None)


@dataclass
class TryoutMachine:
    """One machine of the vendor's."""

    guest: Guest
    wish: MachineWish
    created_at: datetime
    ends_at: datetime
    launched: dict[str, Launched] = field(default_factory=dict)
    is_paused: bool = False
    uploads: int = 0


class TryoutVendor:
    """Satisfies the `Vendor` port. `lengths` says how long each new link lasts."""

    name = "TRYOUT"
    home = "/home/user"
    is_idempotent = False
    capabilities = Capabilities(
        stdin=True,
        signals=True,
        network=False,
        terminal=True,
        ports=True,
        watch=True,
        pause=True,
        extend=True,
        metrics=True,
    )

    def __init__(self, lengths: Lengths = endless) -> None:
        self.lengths = lengths
        self.machines: dict[str, TryoutMachine] = {}
        self.relinks = 0

    async def create(self, wish: MachineWish) -> VendorMachine:
        guest = await Guest.start(self.home)
        machine_id = f"m{secrets.token_hex(6)}"
        self.machines[machine_id] = TryoutMachine(guest, wish, utcnow(), wish.lives_until)
        return self._told(machine_id)

    async def get(self, machine_id: str) -> VendorMachine:
        self._machine(machine_id)
        return self._told(machine_id)

    async def list(self, environment: str) -> Sequence[VendorMachine]:
        told = [self._told(machine_id) for machine_id in self.machines]
        return [each for each in told if each.environment == environment]

    async def destroy(self, machine_id: str) -> None:
        machine = self.machines.pop(machine_id, None)
        if machine is not None:
            await machine.guest.kill()
            for launched in machine.launched.values():
                await launched.pump

    async def extend(self, machine_id: str, until: datetime) -> datetime | None:
        machine = self._machine(machine_id)
        machine.ends_at = max(machine.ends_at, until)
        return machine.ends_at

    async def pause(self, machine_id: str) -> None:
        machine = self._machine(machine_id)
        machine.is_paused = True
        await machine.guest.freeze()

    async def resume(self, machine_id: str, until: datetime) -> None:
        machine = self._machine(machine_id)
        await machine.guest.thaw()
        machine.is_paused = False

    async def upload(self, machine_id: str, path: str, data: bytes) -> None:
        machine = self._machine(machine_id)
        machine.uploads += 1
        await self._of(machine.guest.write_file(path, data))

    async def launch(self, machine_id: str, command: str) -> TryoutLink:
        machine = self._machine(machine_id)
        launched = Launched(await self._of(machine.guest.spawn(["sh", "-c", f"exec 2>&1; {command}"])))
        machine.launched[launched.token] = launched
        return TryoutLink(launched, *self.lengths())

    async def relink(self, machine_id: str, token: str) -> TryoutLink:
        self.relinks += 1
        launched = self._machine(machine_id).launched[token]
        if launched.pump.done():
            await launched.process.wait()
            raise AgentGone
        return TryoutLink(launched, *self.lengths())

    async def signed_url(self, machine_id: str, port: int, expires_s: int) -> str | None:
        return None

    async def ping(self) -> None:
        return

    async def close(self) -> None:
        return

    def cut_all(self) -> None:
        """End every link there is."""
        for machine in self.machines.values():
            for launched in machine.launched.values():
                for link in list(launched.links):
                    link.cut()

    async def end_all(self) -> None:
        """End every machine."""
        for machine_id in list(self.machines):
            await self.destroy(machine_id)

    async def _of(self, work: Awaitable[ResultT]) -> ResultT:
        try:
            return await work
        except GuestGone as error:
            raise SandboxGone("The machine has ended.") from error

    def _machine(self, machine_id: str) -> TryoutMachine:
        if machine_id not in self.machines:
            raise SandboxGone("There is no such machine.")
        return self.machines[machine_id]

    def _told(self, machine_id: str) -> VendorMachine:
        machine = self.machines[machine_id]
        state = MachineState.PAUSED if machine.is_paused else MachineState.RUNNING
        wish = machine.wish
        return VendorMachine(machine_id, wish.sandbox_id, wish.environment, state, machine.created_at, machine.ends_at)
