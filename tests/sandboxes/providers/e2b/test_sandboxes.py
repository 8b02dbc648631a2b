"""The SDK's objects for machines are found again, and asked for anew where their token is taken no more."""

import pytest

from aura_gql.sandboxes.providers.e2b.sandboxes import E2BSandboxes
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.errors import AgentGone, VendorDown
from aura_gql.sandboxes.providers.remote.values import MachineWish
from tests.support.vendors.e2b.cloud import LoopbackE2B


async def test_a_machine_is_connected_to_once_and_its_clock_left_alone(
    cloud: LoopbackE2B, client: E2BClient, vendor: E2BVendor, wish: MachineWish
) -> None:
    machine_id = (await vendor.create(wish)).machine_id
    machine = cloud.state.machines[machine_id]
    cloud.state.set_end(machine, 900)
    ends_at = machine.end_at
    sandboxes = E2BSandboxes(client)
    for _ in range(2):
        assert await sandboxes.inside(machine_id, lambda sandbox: sandbox.commands.list()) == []
    assert cloud.faults.count("POST", "/v2/sandboxes/.*/connect") == 1
    assert machine.end_at == ends_at

    machine.access_token = "another"
    with pytest.raises(VendorDown):
        await sandboxes.inside(machine_id, lambda sandbox: sandbox.commands.list())
    assert await sandboxes.inside(machine_id, lambda sandbox: sandbox.commands.list()) == []

    async def none(sandbox: object) -> None:
        raise AgentGone

    with pytest.raises(AgentGone):
        await sandboxes.inside(machine_id, none)
    sandboxes.forget(machine_id)
    await vendor.pause(machine_id)
    with pytest.raises(VendorDown):
        await sandboxes.inside(machine_id, lambda sandbox: sandbox.commands.list())
    assert machine.is_paused
