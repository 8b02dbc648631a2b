"""Sandboxes on a vendor's machines: the same provider for every vendor, over its adapter."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from aura_gql.kernel.background import BackgroundTasks
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import Conflict, DomainError, InvalidInput
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.remote.adoption import AdoptionLimits, MachineMaker
from aura_gql.sandboxes.providers.remote.breaker import Breaker, BreakerLimits
from aura_gql.sandboxes.providers.remote.errors import CreationUnheard, VendorTimedOut
from aura_gql.sandboxes.providers.remote.images import MachineImages
from aura_gql.sandboxes.providers.remote.machine import GRACE, RemoteMachine
from aura_gql.sandboxes.providers.remote.orphans import OrphanSweep
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.sandboxes.providers.remote.retrying import Patience, SteadyVendor
from aura_gql.sandboxes.providers.remote.values import MachineState, VendorMachine
from aura_gql.sandboxes.providers.remote.watching import WatchLimits
from aura_gql.sandboxes.tally import VendorTally
from aura_gql.sandboxes.values import Capabilities, Circuit, CircuitState, ProviderHealth, ProviderSandbox, SandboxSpec

_log = structlog.get_logger(__name__)

_STOPS_AT_ONCE: Final = 8
SANDBOX_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class RemoteLimits:
    """A creation takes `create_s` at most; a sandbox whose spec does not say lives for `life_s`; a machine that nobody
    seems to want is left alone for `orphan_grace_s`.
    """

    create_s: float = 30.0
    life_s: float = 3600.0
    orphan_grace_s: float = 120.0
    patience: Patience = field(default_factory=Patience)
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    watch: WatchLimits = field(default_factory=WatchLimits)
    adoption: AdoptionLimits = field(default_factory=AdoptionLimits)


@dataclass(frozen=True, slots=True)
class _Held:
    machine: RemoteMachine
    sandbox: Sandbox


class RemoteProvider:
    """Satisfies the `SandboxProvider` port. Machines do not die with this process: what their records do not want any
    more is an orphan for the next one.
    """

    def __init__(
        self,
        vendor: Vendor,
        environment: str,
        assemble: Callable[[RemoteMachine], Sandbox],
        *,
        images: MachineImages | None = None,
        limits: RemoteLimits | None = None,
        tally: VendorTally | None = None,
    ) -> None:
        """`environment` is the label by which machines are ours; `assemble` makes the sandbox of a machine; `tally`
        counts what is asked of the vendor.
        """
        self._limits = limits or RemoteLimits()
        tally = tally or VendorTally()
        self._breaker = Breaker(vendor.name, tally, self._limits.breaker)
        self._vendor = SteadyVendor(vendor, self._breaker, tally, self._limits.patience)
        self._environment = environment
        self._assemble = assemble
        self._maker = MachineMaker(self._vendor, environment, images or MachineImages(), self._limits.adoption)
        self._orphans = OrphanSweep(
            self._vendor, environment, self._limits.orphan_grace_s, lambda: asyncio.get_running_loop().time()
        )
        # None while one starts, or what may have been made for a caller that has gone is being removed.
        self._sandboxes: dict[str, _Held | None] = {}
        # Whose machines this process has made, or may have made, and not seen the end of.
        self._ours: set[str] = set()
        self._latecomers: dict[str, asyncio.Task[None]] = {}
        self._tasks = BackgroundTasks()
        self._is_closing = False

    @property
    def name(self) -> str:
        """As the port says."""
        return self._vendor.name

    @property
    def capabilities(self) -> Capabilities:
        """As the port says."""
        return self._vendor.capabilities

    @property
    def circuit(self) -> Circuit:
        """How the breaker stands now."""
        return self._breaker.reading

    @property
    def is_busy(self) -> bool:
        """Whether something is being undone, or looked for, behind those who asked for it."""
        return len(self._tasks) > 0

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """As the port says. While one with the same id starts or stops: Conflict."""
        if not SANDBOX_ID.fullmatch(spec.sandbox_id):
            raise InvalidInput("A sandbox id has 1 to 64 letters, digits, hyphens and underscores.")
        if spec.sandbox_id in self._sandboxes:
            present = self._sandboxes[spec.sandbox_id]
            if present is None or not present.machine.is_running:
                raise Conflict(f"Sandbox {spec.sandbox_id} is starting or stopping.")
            return present.sandbox
        self._sandboxes[spec.sandbox_id] = None
        # A creation that is cut off half-way would leave a machine, so it runs to its end and is undone then.
        making = asyncio.create_task(self._make(spec), name=f"create sandbox {spec.sandbox_id}")
        try:
            async with asyncio.timeout(self._limits.create_s):
                made = await asyncio.shield(making)
        except BaseException as error:
            self._give_up(spec.sandbox_id, making)
            if isinstance(error, TimeoutError):
                raise VendorTimedOut(f"{self.name} made no machine in time.") from None
            raise
        return self._hold(made, spec)

    async def connect(self, sandbox_id: str) -> Sandbox:
        """As the port says: a machine that another process made is found at the vendor."""
        found = [] if sandbox_id in self._sandboxes else await self._maker.machines_of(sandbox_id)
        running = [machine for machine in found if machine.state in (MachineState.RUNNING, MachineState.PAUSED)]
        # Asked again behind the list, as the same call beside this one may have been faster.
        if sandbox_id in self._sandboxes or not running:
            present = self._sandboxes.get(sandbox_id)
            if present is None or not present.machine.is_running:
                raise SandboxGone(f"There is no such sandbox at {self.name}.")
            return present.sandbox
        return self._hold(running[0], SandboxSpec(sandbox_id, "", lives_until=running[0].ends_at))

    async def list(self) -> Sequence[ProviderSandbox]:
        """As the port says. One in use here that the vendor's list leaves out, which may be some seconds behind, is
        asked about and taken to be there until then.
        """
        listed = await self._vendor.list(self._environment)
        there = {machine.machine_id for machine in listed}
        in_use = [held.machine for held in self._sandboxes.values() if held is not None and held.machine.is_running]
        missing = [machine for machine in in_use if machine.machine_id not in there]
        for machine in missing:
            machine.suspect()
        told = [(machine.sandbox_id, machine.machine_id, machine.created_at) for machine in listed]
        told += [(machine.sandbox_id, machine.machine_id, machine.created_at) for machine in missing]
        return [ProviderSandbox(*facts, self._environment) for facts in told]

    async def health(self) -> ProviderHealth:
        """As the port says: by asking the vendor for a sign of life, unless it is to be left alone."""
        try:
            await self._vendor.ping()
        except DomainError as error:
            return ProviderHealth(False, error.message, self.circuit)
        circuit = self.circuit
        if circuit.state is CircuitState.CLOSED:
            return ProviderHealth(True, f"{self.name} runs each sandbox on a machine of its own.", circuit)
        return ProviderHealth(False, self._breaker.words, circuit)

    async def remove_orphans(self, keep: Iterable[str]) -> Sequence[str]:
        """As the port says. A machine of another server, whose record may be newer than `keep`, is removed once it has
        been unwanted for some time.
        """
        wanted = set(keep)
        unwanted = [
            one
            for name, one in self._sandboxes.items()
            if one is not None and (name not in wanted or not one.machine.is_running)
        ]
        stopped = await self._stop_all(unwanted)
        starting = {name for name, one in self._sandboxes.items() if one is None}
        in_use = {one.machine.machine_id for one in self._sandboxes.values() if one is not None}
        removed = await self._orphans.sweep(wanted | starting, in_use, self._ours)
        return sorted({*stopped, *removed})

    async def close(self) -> None:
        """As the port says: what was begun ends first, and no machine is bound to this process."""
        self._is_closing = True
        for task in self._latecomers.values():
            task.cancel()
        await self._tasks.join()
        for held in list(self._sandboxes.values()):
            if held is not None:
                await held.machine.release()
        await self._vendor.close()

    async def _make(self, spec: SandboxSpec) -> VendorMachine:
        late = self._latecomers.pop(spec.sandbox_id, None)
        if late is not None:
            late.cancel()
            await asyncio.wait([late])
        is_first = spec.sandbox_id not in self._ours
        self._ours.add(spec.sandbox_id)
        return await self._maker.make(spec, self._lives_until(spec) + GRACE, is_first=is_first)

    def _give_up(self, sandbox_id: str, making: "asyncio.Task[VendorMachine]") -> None:
        """Leave nothing of a creation that failed, or that nobody waits for any more."""
        if making.done() and not making.cancelled() and (error := making.exception()) is not None:
            self._failed(sandbox_id, error)
        else:
            self._tasks.spawn(self._undo(sandbox_id, making), f"undo sandbox {sandbox_id}")

    async def _undo(self, sandbox_id: str, making: "asyncio.Task[VendorMachine]") -> None:
        await asyncio.wait([making])
        error = making.exception()
        if error is not None:
            self._failed(sandbox_id, error)
            return
        try:
            await self._vendor.destroy(making.result().machine_id)
            self._ours.discard(sandbox_id)
        except DomainError as trouble:  # It is an orphan, which the next removal of orphans does not wait for.
            _log.warning("provider.not_undone", provider=self.name, sandbox_id=sandbox_id, reason=trouble.message)
        finally:
            del self._sandboxes[sandbox_id]

    def _failed(self, sandbox_id: str, error: BaseException) -> None:
        """Let the sandbox be created again; one whose creation had no answer may come up, and is looked for."""
        del self._sandboxes[sandbox_id]
        if not isinstance(error, CreationUnheard):
            self._ours.discard(sandbox_id)
            return
        if self._is_closing:
            return  # It takes minutes; what comes up is an orphan for the next process.
        late = self._tasks.spawn(self._maker.remove_latecomer(sandbox_id), f"latecomer of sandbox {sandbox_id}")
        self._latecomers[sandbox_id] = late
        late.add_done_callback(lambda ended: self._no_longer_late(sandbox_id, ended))

    def _no_longer_late(self, sandbox_id: str, ended: "asyncio.Task[None]") -> None:
        if self._latecomers.get(sandbox_id) is ended:
            del self._latecomers[sandbox_id]

    async def _stop_all(self, unwanted: Iterable[_Held]) -> Iterable[str]:
        """The sandbox ids of those stopped: one that can't be is tried again by the next round, and keeps nobody."""
        slots = asyncio.Semaphore(_STOPS_AT_ONCE)

        async def stop(held: _Held) -> str | None:
            async with slots:
                try:
                    await held.sandbox.stop()
                except DomainError:
                    return None
            return held.machine.sandbox_id

        stopped = await asyncio.gather(*(stop(held) for held in unwanted))
        return [sandbox_id for sandbox_id in stopped if sandbox_id is not None]

    def _hold(self, made: VendorMachine, spec: SandboxSpec) -> Sandbox:
        machine = RemoteMachine(self._vendor, made, self._lives_until(spec), self._limits.watch, self._forget)
        sandbox = self._assemble(machine)
        self._sandboxes[made.sandbox_id] = _Held(machine, sandbox)
        return sandbox

    def _forget(self, machine: RemoteMachine) -> None:
        held = self._sandboxes.get(machine.sandbox_id)
        if held is not None and held.machine is machine:
            del self._sandboxes[machine.sandbox_id]
            self._ours.discard(machine.sandbox_id)

    def _lives_until(self, spec: SandboxSpec) -> datetime:
        return spec.lives_until or utcnow() + timedelta(seconds=self._limits.life_s)
