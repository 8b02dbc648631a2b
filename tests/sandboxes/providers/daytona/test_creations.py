"""At Daytona there is never a second machine of a sandbox, nor one that nobody waits for."""

from typing import cast

import pytest

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from tests.support.vendors.creations import Account
from tests.support.vendors.daytona.world import DaytonaWorld
from tests.support.vendors.remote import QUICK

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_creations_that_are_cut_off_or_made_twice(world: DaytonaWorld) -> None:
    def provider_of(environment: str) -> RemoteProvider:
        return RemoteProvider(world.vendor, environment, lambda machine: cast(Sandbox, machine), limits=QUICK)

    def there() -> list[str]:
        machines = [machine for machine in world.state.machines.values() if not machine.state.startswith("destroy")]
        return [machine.labels["aura-sandbox"] for machine in machines]

    account = Account(provider_of, there, world.faults, ("POST", "/api/sandbox"))
    await account.give_up()
    await account.create_twice_at_once()
    await account.create_for_two_environments()
