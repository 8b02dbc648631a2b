"""Providers over a vendor on paper."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.remote.adoption import AdoptionLimits
from aura_gql.sandboxes.providers.remote.breaker import BreakerLimits
from aura_gql.sandboxes.providers.remote.machine import RemoteMachine
from aura_gql.sandboxes.providers.remote.provider import RemoteLimits, RemoteProvider
from aura_gql.sandboxes.providers.remote.retrying import Patience
from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox, assemble
from aura_gql.sandboxes.providers.remote.watching import WatchLimits
from aura_gql.sandboxes.tally import VendorTally
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.vendors.paper import Moods, PaperVendor
from tests.support.vendors.tryout import Lengths, TryoutVendor, endless

# Retries without pauses, looks at once, no grace.
QUICK = RemoteLimits(
    create_s=20.0,
    orphan_grace_s=0.0,
    patience=Patience(first_pause_s=0.0),
    breaker=BreakerLimits(failures=1000),
    adoption=AdoptionLimits(unheard_s=0.0, starting_s=20.0, latecomer_pauses_s=(0.0, *[0.05] * 100)),
    watch=WatchLimits(shortest_s=0.01, longest_s=0.02, soonest_s=0.0),
)
# For vendors over HTTP: asking them all the time whether a machine is there takes longer than what is tried. Who finds
# a link broken asks at once.
SPARING = replace(QUICK, watch=WatchLimits(shortest_s=1.0, longest_s=2.0, soonest_s=0.0))
ENVIRONMENT = "test"


@dataclass
class PaperWorld:
    """A provider over a vendor on paper. Its sandboxes are bare machines, in which nothing runs."""

    vendor: PaperVendor
    provider: RemoteProvider
    tally: VendorTally

    @property
    def moods(self) -> Moods:
        """What goes wrong."""
        return self.vendor.moods

    async def machines(self, environment: str = ENVIRONMENT) -> list[str]:
        """The sandbox ids of what the vendor has, told past the provider and past all moods."""
        return sorted(machine.sandbox_id for machine in self.vendor.all() if machine.environment == environment)


@asynccontextmanager
async def paper_world(
    folder: Path,
    limits: RemoteLimits = QUICK,
    *,
    environment: str = ENVIRONMENT,
    is_idempotent: bool = False,
) -> AsyncIterator[PaperWorld]:
    """A provider, closed at the end."""
    vendor, tally = PaperVendor(folder, is_idempotent=is_idempotent), VendorTally()
    provider = RemoteProvider(vendor, environment, _bare, limits=limits, tally=tally)
    yield PaperWorld(vendor, provider, tally)
    await provider.close()


def bare(sandbox: Sandbox) -> RemoteMachine:
    """The machine that stands for a sandbox."""
    return cast(RemoteMachine, sandbox)


def _bare(machine: RemoteMachine) -> Sandbox:
    return cast(Sandbox, machine)


@dataclass
class TryoutWorld:
    """A provider whose machines are guests of this host, with our agent in them."""

    vendor: TryoutVendor
    provider: RemoteProvider

    async def create(self, name: str = "sandbox") -> RemoteSandbox:
        """A sandbox, as what it is."""
        return cast(RemoteSandbox, await self.provider.create(SandboxSpec(name, "project")))


@asynccontextmanager
async def tryout_world(limits: RemoteLimits = QUICK, lengths: Lengths = endless) -> AsyncIterator[TryoutWorld]:
    """A provider, closed at the end with all its machines."""
    vendor = TryoutVendor(lengths)
    provider = RemoteProvider(vendor, ENVIRONMENT, assemble, limits=limits)
    try:
        yield TryoutWorld(vendor, provider)
    finally:
        await vendor.end_all()
        await provider.close()
