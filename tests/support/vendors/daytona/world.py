"""A Daytona of our own and the adapter that talks to it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.daytona.vendor import DaytonaVendor
from aura_gql.sandboxes.providers.remote.values import MachineWish
from tests.support.vendors.daytona.cloud import LoopbackDaytona
from tests.support.vendors.daytona.machines import Machine
from tests.support.vendors.daytona.state import API_KEY, State
from tests.support.vendors.faults import Faults


@dataclass(slots=True)
class DaytonaWorld:
    """The cloud, and one of its clients."""

    cloud: LoopbackDaytona
    vendor: DaytonaVendor

    @property
    def faults(self) -> Faults:
        return self.cloud.faults

    @property
    def state(self) -> State:
        return self.cloud.state

    def wish(
        self, *, image: str | None = None, minutes: float = 30, network: EgressPolicy | None = None, attempt: str = "1"
    ) -> MachineWish:
        """For a sandbox of its own."""
        lives_until = utcnow() + timedelta(minutes=minutes)
        return MachineWish(secrets.token_hex(12), "project", "tests", attempt, lives_until, image, network)

    def machine(self, machine_id: str) -> Machine:
        """As the cloud has it."""
        return self.state.machines[machine_id]

    def reset(self) -> None:
        """Nothing goes wrong any more, and every machine is ended."""
        self.faults.clear()
        self.faults.seen.clear()
        self.state.starts.set()
        self.state.clock.skew_s = 0
        for machine in self.state.machines.values():
            self.state.destroy(machine)


@asynccontextmanager
async def daytona_world(
    state: State | None = None, *, can_pause: bool = True, call_s: float = 20.0
) -> AsyncIterator[DaytonaWorld]:
    """Both running."""
    async with LoopbackDaytona(state) as cloud:
        client = DaytonaClient(API_KEY, cloud.api_url)
        # On a busy host loading the SDK takes most of the time that a call has.
        await client.open()
        vendor = DaytonaVendor(client, can_pause=can_pause, call_s=call_s)
        try:
            yield DaytonaWorld(cloud, vendor)
        finally:
            await vendor.close()
