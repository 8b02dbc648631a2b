"""Making machines of which there is never a second: what an earlier call has made is taken over."""

import asyncio
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from aura_gql.kernel.background import to_its_end
from aura_gql.kernel.errors import Conflict, DomainError
from aura_gql.sandboxes.errors import NothingMade, SandboxGone, SandboxQuotaExceeded
from aura_gql.sandboxes.providers.remote.errors import CreationUnheard, VendorDown, VendorRefused
from aura_gql.sandboxes.providers.remote.images import MachineImages
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.sandboxes.providers.remote.values import MachineState, MachineWish, VendorMachine
from aura_gql.sandboxes.values import SandboxSpec

_FIRST_PAUSE_S = 0.25

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AdoptionLimits:
    """Where a creation had no answer, its caller waits `unheard_s` for the machine to show up, and behind it is looked
    for after these pauses. One that somebody else made, and that is coming up, is waited for `starting_s`.
    """

    unheard_s: float = 5.0
    starting_s: float = 10.0
    latecomer_pauses_s: Sequence[float] = (2.0, 5.0, 15.0, 40.0, 60.0)


class MachineMaker:
    """Makes the machine of a sandbox, or finds the one that there is.

    Where the vendor makes nothing twice by the attempt's word, nothing is asked before or behind a creation. Else the
    environment's machines are listed before it and behind it: of two that were made at once the older stays, which all
    who look agree about.
    """

    def __init__(
        self, vendor: Vendor, environment: str, images: MachineImages, limits: AdoptionLimits | None = None
    ) -> None:
        self._vendor = vendor
        self._environment = environment
        self._images = images
        self._limits = limits or AdoptionLimits()

    async def make(self, spec: SandboxSpec, clock: datetime, *, is_first: bool) -> VendorMachine:
        """A machine that runs, with its vendor's clock at `clock`. `is_first` says that this process knows of no other
        of this sandbox. Not to be cancelled: shield it.

        Conflict while an earlier one starts; CreationUnheard where one may have been made all the same; NothingMade,
        QuotaExceeded.
        """
        attempt = spec.attempt if is_first else None
        is_settled = attempt is not None and self._vendor.is_idempotent
        if not is_settled and (found := await self._made_before(spec.sandbox_id)) is not None:
            return await self._taken_over(found, clock)
        try:
            made = await self._vendor.create(self._wish(spec, attempt or secrets.token_hex(8), clock))
        except VendorDown as error:
            return await self._taken_over(await self._made_unheard(spec.sandbox_id, error), clock)
        except (VendorRefused, SandboxGone) as error:
            return await self._made_at_once(spec, clock, error, is_settled=is_settled)
        older = made if is_settled else await self._older_than(made)
        return made if older.machine_id == made.machine_id else await self._taken_over(older, clock)

    async def machines_of(self, sandbox_id: str) -> Sequence[VendorMachine]:
        """The machines of a sandbox, oldest first. Errors of `Vendor.list`."""
        there = await self._vendor.list(self._environment)
        return sorted(
            (machine for machine in there if machine.sandbox_id == sandbox_id),
            key=lambda machine: (machine.created_at, machine.machine_id),
        )

    async def remove_latecomer(self, sandbox_id: str) -> None:
        """End what comes up although its creation failed without an answer, for some minutes; never raises. To be
        cancelled where the sandbox is created again: what has come up then is adopted.
        """
        for pause_s in self._limits.latecomer_pauses_s:
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads, hides nothing
            try:
                late = await self.machines_of(sandbox_id)
                for machine in late:
                    await to_its_end(self._vendor.destroy(machine.machine_id))
            except DomainError:
                continue
            if late:
                _log.warning("provider.latecomer_removed", provider=self._vendor.name, sandbox_id=sandbox_id)
                return

    def _wish(self, spec: SandboxSpec, attempt: str, clock: datetime) -> MachineWish:
        return MachineWish(
            spec.sandbox_id,
            spec.project_id,
            self._environment,
            attempt,
            clock,
            self._images.choose(spec.language, spec.size),
            spec.network,
        )

    async def _made_before(self, sandbox_id: str) -> VendorMachine | None:
        try:
            return await self._only_one(sandbox_id)
        except VendorDown as error:
            raise NothingMade(error.message) from error

    async def _made_at_once(
        self, spec: SandboxSpec, clock: datetime, error: VendorRefused | SandboxGone, *, is_settled: bool
    ) -> VendorMachine:
        """What is there where a new machine went as it came up: whoever made the same one took it for the younger, or
        the attempt's word stands for one that has ended. The error where that is not so.
        """
        twin = await self._made_before(spec.sandbox_id)
        if twin is not None:
            return await self._taken_over(twin, clock)
        if isinstance(error, SandboxGone):
            if is_settled:
                return await self.make(spec, clock, is_first=False)
            raise Conflict(f"Sandbox {spec.sandbox_id} is starting or stopping.") from error
        raise error

    async def _made_unheard(self, sandbox_id: str, error: VendorDown) -> VendorMachine:
        """What was made although the answer was lost; CreationUnheard where nothing shows up for some seconds."""
        loop = asyncio.get_running_loop()
        deadline, pause_s = loop.time() + self._limits.unheard_s, _FIRST_PAUSE_S
        while True:
            try:
                found = await self._only_one(sandbox_id)
            except DomainError:
                raise CreationUnheard(error.message) from None
            if found is not None:
                _log.info("provider.adopted", provider=self._vendor.name, sandbox_id=sandbox_id)
                return found
            if loop.time() + pause_s > deadline:
                raise CreationUnheard(error.message)
            await asyncio.sleep(pause_s)
            pause_s *= 2

    async def _older_than(self, made: VendorMachine) -> VendorMachine:
        """The machine that stays; ours where the vendor does not list any."""
        try:
            return await self._only_one(made.sandbox_id) or made
        except DomainError:
            # It runs and is ours; a twin, if there is any, is removed with the orphans.
            return made

    async def _only_one(self, sandbox_id: str) -> VendorMachine | None:
        """The oldest machine of a sandbox, behind the removal of all others."""
        found = await self.machines_of(sandbox_id)
        for twin in found[1:]:
            _log.warning("provider.twin_removed", provider=self._vendor.name, sandbox_id=sandbox_id)
            await self._vendor.destroy(twin.machine_id)
        return found[0] if found else None

    async def _taken_over(self, machine: VendorMachine, clock: datetime) -> VendorMachine:
        """The machine once it runs, by the clock. Conflict where it takes long, or ends meanwhile; CreationUnheard
        where its vendor lets nobody have it.
        """
        try:
            async with asyncio.timeout(self._limits.starting_s):
                while machine.state is MachineState.STARTING:
                    await asyncio.sleep(_FIRST_PAUSE_S)
                    machine = await self._vendor.get(machine.machine_id)
                if machine.state is MachineState.PAUSED:
                    await self._vendor.resume(machine.machine_id, clock)
                    machine = await self._vendor.get(machine.machine_id)
                if machine.ends_at is not None and machine.ends_at < clock and self._vendor.capabilities.extend:
                    machine = replace(machine, ends_at=await self._vendor.extend(machine.machine_id, clock))
        except (TimeoutError, SandboxGone):
            raise Conflict(f"Sandbox {machine.sandbox_id} is starting or stopping.") from None
        except (NothingMade, SandboxQuotaExceeded, VendorDown) as error:
            raise CreationUnheard(error.message) from error  # It is there, and nobody is to believe that there is none.
        if machine.state is not MachineState.RUNNING:
            raise Conflict(f"Sandbox {machine.sandbox_id} is starting or stopping.")
        return machine
