"""Telling which machines at a vendor nobody wants, and ending them."""

import asyncio
from collections.abc import Callable, Collection, Sequence

import structlog

from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.sandboxes.providers.remote.values import VendorMachine

_AT_ONCE = 8

_log = structlog.get_logger(__name__)


class OrphanSweep:
    """Ends the machines of an environment that no record wants, and all but the oldest where a sandbox has several.

    Another server may have written a record and made its machine since the records were read. So a machine that this
    process did not make is left for `grace_s` from when it was first seen here: its vendor's clock is not ours.
    """

    def __init__(self, vendor: Vendor, environment: str, grace_s: float, now: Callable[[], float]) -> None:
        """`now` reads a clock that never goes back."""
        self._vendor = vendor
        self._environment = environment
        self._grace_s = grace_s
        self._now = now
        self._seen: dict[str, float] = {}

    async def sweep(self, keep: Collection[str], held: Collection[str], ours: Collection[str]) -> Sequence[str]:
        """The sandbox ids of the machines ended. `keep` and `ours` are sandboxes: those that are wanted, and those
        whose machines this process made. `held` are the machines in use here. Errors of `Vendor.list`.
        """
        there = await self._vendor.list(self._environment)
        now = self._now()
        unwanted = [machine for machine in _unwanted(there, keep, held) if machine.machine_id not in held]
        self._seen = {machine.machine_id: self._seen.get(machine.machine_id, now) for machine in unwanted}
        old = [
            machine
            for machine in unwanted
            if machine.sandbox_id in ours or now - self._seen[machine.machine_id] >= self._grace_s
        ]
        slots = asyncio.Semaphore(_AT_ONCE)
        ended = await asyncio.gather(*(self._end(machine, slots) for machine in old))
        return sorted({machine.sandbox_id for machine, is_ended in zip(old, ended, strict=True) if is_ended})

    async def _end(self, machine: VendorMachine, slots: asyncio.Semaphore) -> bool:
        async with slots:
            try:
                await self._vendor.destroy(machine.machine_id)
            except DomainError as error:
                _log.warning(
                    "provider.orphan_left",
                    provider=self._vendor.name,
                    sandbox_id=machine.sandbox_id,
                    reason=error.message,
                )
                return False
        return True


def _unwanted(there: Sequence[VendorMachine], keep: Collection[str], held: Collection[str]) -> Sequence[VendorMachine]:
    """Those of no wanted sandbox, and of a wanted one all but one: that which is held, else the oldest."""
    by_age = sorted(there, key=lambda machine: (machine.machine_id not in held, machine.created_at, machine.machine_id))
    unwanted, wanted = [], set()
    for machine in by_age:
        if machine.sandbox_id in keep and machine.sandbox_id not in wanted:
            wanted.add(machine.sandbox_id)
        else:
            unwanted.append(machine)
    return unwanted
