"""One machine at a vendor: its life, and what its vendor is asked for it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from aura_gql.kernel.background import to_its_end
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError, ProviderUnavailable, Unsupported
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.errors import VendorDown
from aura_gql.sandboxes.providers.remote.ports import Link, Vendor
from aura_gql.sandboxes.providers.remote.values import MachineState, VendorMachine
from aura_gql.sandboxes.providers.remote.watching import MachineWatch, WatchLimits
from aura_gql.sandboxes.values import ResourceLimits

STOPPED = "It was stopped."
# By how much the vendor's clock is set behind ours, which is to end the machine with its files saved.
GRACE = timedelta(seconds=60)

_log = structlog.get_logger(__name__)

ResultT = TypeVar("ResultT")


class RemoteMachine:
    """What a sandbox needs of the vendor. Calls may be made side by side; each is tried again where that is safe.

    It is gone once its vendor says so or it was stopped, and not before: whoever finds it silent may `suspect` it.
    """

    def __init__(
        self,
        vendor: Vendor,
        made: VendorMachine,
        lives_until: datetime,
        watch: WatchLimits,
        on_gone: Callable[["RemoteMachine"], None],
    ) -> None:
        """`lives_until` is what was wanted of the vendor's clock; `on_gone` is called once, from the loop."""
        self._vendor = vendor
        self._made = made
        self._lives_until = lives_until
        self._ends_at = made.ends_at
        self._more_time_from = datetime.min.replace(tzinfo=UTC)
        self._on_gone = on_gone
        self._gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._awake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._moving = asyncio.Lock()
        self._changes = 0
        self._stopping: asyncio.Task[None] | None = None
        self._is_destroyed = False
        if made.state is not MachineState.PAUSED:
            self._awake.set()
        self._watch = MachineWatch(self._look, watch)
        self.companions: list[Callable[[], Awaitable[None]]] = []
        """What is to be let go of with it: each is called where it is released."""

    @property
    def vendor_name(self) -> str:
        """The vendor's, for words."""
        return self._vendor.name

    @property
    def sandbox_id(self) -> str:
        """Ours."""
        return self._made.sandbox_id

    @property
    def machine_id(self) -> str:
        """The vendor's own name for it."""
        return self._made.machine_id

    @property
    def created_at(self) -> datetime:
        """When it was made, as its vendor tells it."""
        return self._made.created_at

    @property
    def limits(self) -> ResourceLimits:
        """What it may use, as its vendor told when it was made."""
        return self._made.limits

    @property
    def home(self) -> str:
        """The absolute path inside of the folder in which agent and project folder are made."""
        return self._vendor.home

    @property
    def is_running(self) -> bool:
        """Whether it can be used: neither gone nor about to be. One that is paused can be."""
        return self._stopping is None and not self._gone.done()

    @property
    def is_paused(self) -> bool:
        """Whether nothing in it runs now, so that its silence means nothing."""
        return not self._awake.is_set()

    async def awake(self) -> None:
        """Wait while it is paused; returns also when it is gone."""
        await self._awake.wait()

    def suspect(self) -> None:
        """Have its vendor asked at once whether it is still there: a link broke, or it did not answer."""
        self._watch.suspect()

    def require_running(self) -> None:
        """SandboxGone where it can't be used any more."""
        if not self.is_running:
            raise SandboxGone("The sandbox has ended.")

    async def upload(self, path: str, data: bytes) -> None:
        """Write a file at an absolute path. SandboxGone, ProviderUnavailable."""
        await self._of_one_that_runs(self._vendor.upload(self.machine_id, path, data))

    async def launch(self, command: str) -> Link:
        """Start a command line; never tried again. SandboxGone, AgentGone, ProviderUnavailable."""
        return await self._of_one_that_runs(self._vendor.launch(self.machine_id, command))

    async def relink(self, token: str) -> Link:
        """Another link to what was launched. SandboxGone, AgentGone, ProviderUnavailable."""
        return await self._of_one_that_runs(self._vendor.relink(self.machine_id, token))

    async def signed_url(self, port: int, expires_s: int) -> str | None:
        """The vendor's own address of a port. SandboxGone, ProviderUnavailable."""
        return await self._of_one_that_runs(self._vendor.signed_url(self.machine_id, port, expires_s))

    async def pause(self) -> None:
        """As the sandbox port says. It counts as paused from the first moment on, so that nobody takes it for dead."""
        self._require("pause")
        await to_its_end(self._pause())

    async def resume(self) -> None:
        """As the sandbox port says."""
        self._require("pause")
        await to_its_end(self._resume())

    async def extend(self, until: datetime) -> None:
        """As the sandbox port says: Unsupported, with the time in words, where the vendor gives less than that."""
        self._require("extend")
        self.require_running()
        self._lives_until = max(self._lives_until, until)
        if self.is_paused or (self._ends_at is not None and self._ends_at >= until + GRACE):
            return
        # Who was told that it is no use asks again at every turn.
        if utcnow() >= self._more_time_from:
            await to_its_end(self._move_clock(until))
        if self._ends_at is not None and self._ends_at < until:
            raise Unsupported(
                f"{self.vendor_name} lets this machine run until {self._ends_at:%Y-%m-%d %H:%M} UTC and no longer.",
                field=("sandboxId",),
            )

    async def stop(self) -> None:
        """As the sandbox port says; behind one that failed, it is tried again."""
        if self._stopping is None or (self._stopping.done() and not self._is_destroyed):
            self._stopping = asyncio.create_task(self._stop(), name="stop a machine")
            self._stopping.add_done_callback(_look_at)
        await asyncio.shield(self._stopping)

    async def wait_gone(self) -> str:
        """As the sandbox port says."""
        return await asyncio.shield(self._gone)

    async def release(self) -> None:
        """Look after it no more; it lives on at its vendor. Safe to repeat."""
        self._watch.end()
        for let_go in self.companions:
            await let_go()

    async def _stop(self) -> None:
        try:
            await self._vendor.destroy(self.machine_id)
        except SandboxGone:
            pass
        except DomainError as error:
            _log.warning("provider.not_destroyed", provider=self.vendor_name, machine=self.machine_id)
            raise ProviderUnavailable(f"The machine may be left at {self.vendor_name}: {error.message}") from error
        self._is_destroyed = True
        self._end(STOPPED)

    async def _move_clock(self, until: datetime) -> None:
        """One at a time, as the vendor takes the last that it hears: an earlier end would set its clock back."""
        async with self._moving:
            if self._ends_at is not None and self._ends_at >= until + GRACE:
                return
            wanted = self._lives_until + GRACE
            self._ends_at = await self._asked(self._vendor.extend(self.machine_id, wanted))
            if self._ends_at is not None and self._ends_at < until:
                self._more_time_from = utcnow() + GRACE

    async def _pause(self) -> None:
        async with self._turn:
            self.require_running()
            if self.is_paused:
                return
            self._awake.clear()
            try:
                await self._changing(self._vendor.pause(self.machine_id))
            except DomainError:
                self._awake.set()
                raise

    async def _resume(self) -> None:
        async with self._turn:
            self.require_running()
            if self.is_paused:
                until = max(self._lives_until, utcnow()) + GRACE
                await self._changing(self._vendor.resume(self.machine_id, until))
                self._awake.set()

    async def _changing(self, order: Coroutine[None, None, None]) -> None:
        try:
            await self._asked(order)
        except VendorDown:
            self.suspect()  # It may have been done all the same.
            raise
        finally:
            self._changes += 1

    async def _of_one_that_runs(self, request: Coroutine[None, None, ResultT]) -> ResultT:
        if not self.is_running:
            request.close()
            self.require_running()
        return await self._asked(request)

    async def _asked(self, request: Awaitable[ResultT]) -> ResultT:
        """The answer; what has been said to be gone there is looked at, as only `get` knows."""
        try:
            return await request
        except SandboxGone as error:
            if await self._look():
                raise VendorDown(f"{self.vendor_name} does not reach the machine at present.") from error
            raise SandboxGone("The sandbox has ended.") from error

    async def _look(self) -> bool:
        """Whether it is there. Raises as `Vendor.get` does where that is not known."""
        changes = self._changes
        try:
            found = await self._vendor.get(self.machine_id)
        except SandboxGone:
            self._end(self._why_gone())
            return False
        self._ends_at = found.ends_at
        if found.state is MachineState.ENDED:
            self._end(self._why_gone())
            return False
        if changes == self._changes and not self._turn.locked():
            self._take_over(found.state)
        return not self._gone.done()

    def _take_over(self, state: MachineState) -> None:
        """What it is by now, without anybody here having asked for that."""
        if state is MachineState.PAUSED:
            self._awake.clear()
        else:
            self._awake.set()

    def _why_gone(self) -> str:
        if self._stopping is not None:
            return STOPPED
        if self._ends_at is not None and self._ends_at <= utcnow():
            return f"Its time at {self.vendor_name} was up."
        return f"{self.vendor_name} ended it, or does not know it any more."

    def _end(self, reason: str) -> None:
        if self._gone.done():
            return
        self._gone.set_result(reason)
        self._watch.end()
        self._awake.set()
        self._on_gone(self)

    def _require(self, capability: str) -> None:
        if not getattr(self._vendor.capabilities, capability):
            raise Unsupported(f"A sandbox of {self.vendor_name} can't be {_DONE[capability]}.", field=("sandboxId",))


_DONE = {"pause": "paused", "extend": "extended"}


def _look_at(stopping: "asyncio.Task[None]") -> None:
    """Nobody may be waiting for the end of it any more."""
    if not stopping.cancelled():
        stopping.exception()
