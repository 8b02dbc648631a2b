"""Daytona as a vendor of machines: they are made, found, changed and ended, and there is a way to the agent inside."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import Unsupported
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.daytona.agents import DaytonaAgents
from aura_gql.sandboxes.providers.daytona.failures import GONE, told_apart
from aura_gql.sandboxes.providers.daytona.machines import (
    machine_of,
    minutes_until,
    state_of,
    time_of,
)
from aura_gql.sandboxes.providers.daytona.sandboxes import DaytonaSandboxes
from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.remote.errors import VendorDown
from aura_gql.sandboxes.providers.remote.ports import Link
from aura_gql.sandboxes.providers.remote.values import ENVIRONMENT_LABEL, MachineState, MachineWish, VendorMachine
from aura_gql.sandboxes.providers.remote.vendor_clock import VendorClock
from aura_gql.sandboxes.values import Capabilities, Capability

_CALL_S: Final = 25.0
# A clock of theirs that stands later than wanted by more than clocks may differ is left alone, never set back.
_CLOCKS_DIFFER: Final = timedelta(minutes=2)
_MONTH_S: Final = 30 * 24 * 3600
_PAGE: Final = 100
_UNKNOWN: Final = 404


class DaytonaVendor:
    """Satisfies the `Vendor` port over the vendor's own SDK. Daytona has no idempotency keys; the names of an account's
    machines differ, so that a repeated request finds its name taken.
    """

    def __init__(
        self,
        client: DaytonaClient,
        *,
        can_pause: bool = False,
        max_lifetime_s: int = _MONTH_S,
        call_s: float = _CALL_S,
    ) -> None:
        """`can_pause` where the snapshots are of a class whose machines can; `max_lifetime_s` is the longest that the
        account lets a machine live. A call takes `call_s` at most.
        """
        self._client = client
        self._max_lifetime = timedelta(seconds=max_lifetime_s)
        self._sandboxes = DaytonaSandboxes(client, max_lifetime_s)
        self._agents = DaytonaAgents(self._sandboxes)
        self._clock = VendorClock()
        self._can_pause, self._call_s = can_pause, call_s

    @property
    def name(self) -> str:
        """As the port says."""
        return "DAYTONA"

    @property
    def capabilities(self) -> Capabilities:
        """As the port says. Its network lists name hosts, at any port of theirs, and know no bound of bytes."""
        return Capabilities(
            stdin=True,
            signals=True,
            network=True,
            terminal=True,
            ports=True,
            watch=True,
            pause=self._can_pause,
            extend=True,
            metrics=True,
            persistent=self._can_pause,
            # Its commands take lines of text and no signals; of the others it has nothing.
            emulated=(Capability.STDIN, Capability.SIGNALS, Capability.PORTS, Capability.WATCH, Capability.METRICS),
        )

    @property
    def is_idempotent(self) -> bool:
        """As the port says: that names differ is nowhere promised."""
        return False

    @property
    def home(self) -> str:
        """As the port says."""
        return "/home/daytona"

    async def create(self, wish: MachineWish) -> VendorMachine:
        """As the port says."""
        async with told_apart(self._call_s, is_of_one=False):
            asked_at = utcnow()
            made, is_new = await self._sandboxes.make(wish)
            if is_new:
                self._clock.learn(asked_at, time_of(made.created_at), utcnow())
            return self._alive(made)

    async def get(self, machine_id: str) -> VendorMachine:
        """As the port says."""
        async with told_apart(self._call_s):
            return self._alive(await self._sandboxes.fresh(machine_id))

    async def list(self, environment: str) -> Sequence[VendorMachine]:
        """As the port says."""
        async with told_apart(self._call_s, is_of_one=False):
            listed = await self._sandboxes.list({ENVIRONMENT_LABEL: environment}, _PAGE)
            told = [machine_of(sandbox, self._clock) for sandbox in listed]
        there = [machine for machine in told if machine is not None and machine.environment == environment]
        return [machine for machine in there if machine.state is not MachineState.ENDED]

    async def destroy(self, machine_id: str) -> None:
        """As the port says."""
        async with told_apart(self._call_s):
            self._sandboxes.forget(machine_id)
            try:
                sandbox = await self._sandboxes.remains_of(machine_id)
                if sandbox is not None:
                    await sandbox.delete(timeout=0)
            except Exception as error:
                # It went between the two.
                if getattr(error, "status_code", None) != _UNKNOWN:
                    raise

    async def extend(self, machine_id: str, until: datetime) -> datetime | None:
        """As the port says."""
        async with told_apart(self._call_s):
            return await self._set_clock(await self._sandboxes.fresh(machine_id), until)

    async def pause(self, machine_id: str) -> None:
        """As the port says."""
        self._check_pauses()
        async with told_apart(self._call_s):
            sandbox = await self._sandboxes.fresh(machine_id)
            if state_of(sandbox.state) is MachineState.PAUSED:
                return
            await sandbox.pause(timeout=0)
            if state_of(sandbox.state) is not MachineState.PAUSED:
                raise VendorDown("Daytona did not pause the machine.")

    async def resume(self, machine_id: str, until: datetime) -> None:
        """As the port says."""
        self._check_pauses()
        async with told_apart(self._call_s):
            sandbox = await self._sandboxes.fresh(machine_id)
            await self._set_clock(sandbox, until)
            if state_of(sandbox.state) is MachineState.PAUSED:
                await sandbox.start(timeout=0)

    async def upload(self, machine_id: str, path: str, data: bytes) -> None:
        """As the port says."""
        async with told_apart(self._call_s):
            await self._agents.upload(machine_id, path, data)

    async def launch(self, machine_id: str, command: str) -> Link:
        """As the port says."""
        async with told_apart(self._call_s):
            return await self._agents.launch(machine_id, command, self.home)

    async def relink(self, machine_id: str, token: str) -> Link:
        """As the port says."""
        async with told_apart(self._call_s):
            return await self._agents.relink(machine_id, token)

    async def signed_url(self, machine_id: str, port: int, expires_s: int) -> str | None:
        """As the port says."""
        async with told_apart(self._call_s):
            sandbox = await self._sandboxes.known(machine_id)
            signed = await sandbox.create_signed_preview_url(port, expires_s)
            return str(signed.url)

    async def ping(self) -> None:
        """As the port says: a list of what nobody has."""
        async with told_apart(self._call_s, is_of_one=False):
            await self._sandboxes.list({ENVIRONMENT_LABEL: "-"}, 1)

    async def close(self) -> None:
        """As the port says."""
        await self._client.close()

    def _check_pauses(self) -> None:
        if not self._can_pause:
            raise Unsupported("Machines of this class can't be paused at Daytona.")

    def _alive(self, sandbox: Any) -> VendorMachine:
        machine = machine_of(sandbox, self._clock)
        if machine is None:
            raise SandboxGone(GONE)
        return machine

    async def _set_clock(self, sandbox: Any, until: datetime) -> datetime | None:
        """Where it stands then, which is told by the vendor: an account may have a longest time."""
        machine = self._alive(sandbox)
        latest = machine.created_at + self._max_lifetime
        if machine.ends_at is not None and machine.ends_at >= min(until + _CLOCKS_DIFFER, latest):
            return machine.ends_at
        left_min = int((latest - utcnow()).total_seconds() // 60)
        await sandbox.set_ttl(max(1, min(minutes_until(until), left_min)))
        return self._alive(await self._sandboxes.fresh(sandbox.id)).ends_at
