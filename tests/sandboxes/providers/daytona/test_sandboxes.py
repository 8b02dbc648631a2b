"""What the SDK gave is used again, and asked for anew where it may be old."""

import pytest

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.daytona.sandboxes import DaytonaSandboxes
from aura_gql.sandboxes.providers.remote.errors import VendorDown
from tests.support.vendors.daytona.world import DaytonaWorld

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_machine_is_asked_about_once(world: DaytonaWorld) -> None:
    sandboxes = DaytonaSandboxes(world.vendor._client, 3600)
    made, is_new = await sandboxes.make(world.wish())
    assert is_new
    asked = f"/api/sandbox/{made.id}"
    world.faults.seen.clear()
    assert await sandboxes.known(made.id) is made
    assert world.faults.count("GET", asked) == 0
    assert await sandboxes.fresh(made.id) is made
    assert world.faults.count("GET", asked) == 1
    sandboxes.forget(made.id)
    assert (await sandboxes.known(made.id)).id == made.id
    assert world.faults.count("GET", asked) == 2
    await world.state.stop(world.machine(made.id))
    with pytest.raises(SandboxGone):
        await sandboxes.fresh(made.id)
    with pytest.raises(SandboxGone):
        await sandboxes.known(made.id)
    assert await sandboxes.remains_of(made.id) is not None
    assert await sandboxes.remains_of("x") is None


async def test_a_name_that_is_taken_is_that_of_the_same_machine(world: DaytonaWorld) -> None:
    wish = world.wish()
    first, is_new = await world.vendor._sandboxes.make(wish)
    again, is_new_again = await world.vendor._sandboxes.make(wish)
    assert (first.id, is_new, is_new_again) == (again.id, True, False)


async def test_only_so_many_are_kept(world: DaytonaWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura_gql.sandboxes.providers.daytona.sandboxes._MAX_KEPT", 1)
    sandboxes = DaytonaSandboxes(world.vendor._client, 3600)
    made = [(await sandboxes.make(world.wish()))[0] for _ in range(2)]
    assert await sandboxes.known(made[1].id) is made[1]
    assert await sandboxes.known(made[0].id) is not made[0]


async def test_a_list_without_an_end_is_given_up(world: DaytonaWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura_gql.sandboxes.providers.daytona.sandboxes._MAX_LISTED", 1)
    for _ in range(2):
        await world.vendor.create(world.wish())
    with pytest.raises(VendorDown, match="without an end"):
        await world.vendor.list("tests")
