"""At E2B there is never a second machine of a sandbox, nor one that nobody waits for."""

from typing import cast

import pytest

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from tests.support.vendors.creations import Account
from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.vendors.remote import QUICK


@pytest.fixture
def account(cloud: LoopbackE2B, client: E2BClient) -> Account:
    def provider_of(environment: str) -> RemoteProvider:
        return RemoteProvider(E2BVendor(client), environment, lambda machine: cast(Sandbox, machine), limits=QUICK)

    def there() -> list[str]:
        return [machine.metadata["aura-sandbox"] for machine in cloud.state.machines.values()]

    return Account(provider_of, there, cloud.faults, ("POST", "/v2/sandboxes"))


async def test_creations_that_are_cut_off_or_made_twice(account: Account) -> None:
    await account.give_up()
    await account.create_twice_at_once()
    await account.create_for_two_environments()
