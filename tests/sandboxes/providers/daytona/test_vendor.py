"""Each method of the adapter against Daytona on loopback, over the real SDK."""

import asyncio
from datetime import timedelta

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import Unsupported
from aura_gql.kernel.host_rules import HostRule
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.daytona.vendor import DaytonaVendor
from aura_gql.sandboxes.providers.remote.errors import VendorDown, VendorFull, VendorTimedOut
from aura_gql.sandboxes.providers.remote.values import MachineState
from aura_gql.sandboxes.values import Capabilities, Enforcement, Limit
from tests.support.vendors.daytona.state import API_KEY
from tests.support.vendors.daytona.world import DaytonaWorld
from tests.support.vendors.faults import Fault
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATIONS = "POST", "/api/sandbox"


async def test_a_machine_is_made_found_and_ended(world: DaytonaWorld) -> None:
    policy = EgressPolicy(hosts=(HostRule("example.com"), HostRule("*.example.org", 8443)))
    wish = world.wish(image="python-large", network=policy)
    asked_at = utcnow()
    made = await world.vendor.create(wish)
    told = world.machine(made.machine_id)
    assert (made.sandbox_id, made.environment, made.state) == (wish.sandbox_id, "tests", MachineState.RUNNING)
    assert asked_at - timedelta(seconds=1) < made.created_at < utcnow() + timedelta(seconds=1)
    assert made.limits.memory_bytes == Limit(1 << 30, Enforcement.HARD)
    assert told.labels["aura-project"] == "project"
    assert (told.asked["snapshot"], told.asked["domainAllowList"]) == ("python-large", "example.com,*.example.org")
    assert await world.vendor.get(made.machine_id) == made
    assert await world.vendor.list("tests") == [made]
    assert await world.vendor.list("others") == []
    for _ in range(2):
        await world.vendor.destroy(made.machine_id)
    assert await world.vendor.list("tests") == []
    await until(lambda: told.state == "destroyed")
    with pytest.raises(SandboxGone):
        await world.vendor.get(made.machine_id)
    await world.vendor.destroy(made.machine_id)


@pytest.mark.parametrize("is_taken", [False, True])
async def test_what_is_made_and_not_told_of_is_not_nothing(world: DaytonaWorld, is_taken: bool) -> None:
    wish = world.wish()
    if is_taken:
        await world.vendor.create(wish)
    else:
        world.state.starts.clear()
    world.faults.add("GET", "/api/sandbox/.*", Fault.json(429, {"message": "Too Many Requests"}), times=None)
    with pytest.raises(VendorDown):
        await world.vendor.create(wish)
    world.state.starts.set()
    world.faults.clear()
    assert [machine.sandbox_id for machine in await world.vendor.list("tests")] == [wish.sandbox_id]


async def test_an_account_may_let_machines_live_for_less(world: DaytonaWorld) -> None:
    short = DaytonaVendor(DaytonaClient(API_KEY, world.cloud.api_url), max_lifetime_s=3600)
    made = await short.create(world.wish(minutes=240))
    moved = await short.extend(made.machine_id, utcnow() + timedelta(hours=5))
    for ends_at in (made.ends_at, moved):
        assert ends_at is not None
        assert timedelta(minutes=58) < ends_at - made.created_at <= timedelta(minutes=60, seconds=1)
    await short.close()


async def test_without_a_policy_a_machine_reaches_nothing(world: DaytonaWorld) -> None:
    made = await world.vendor.create(world.wish())
    assert world.machine(made.machine_id).asked["networkBlockAll"] is True


async def test_all_pages_and_states_are_listed(world: DaytonaWorld) -> None:
    made = [(await world.vendor.create(world.wish())).machine_id for _ in range(3)]
    world.machine(made[0]).state = "paused"
    world.machine(made[1]).state = "error"
    world.machine(made[2]).asked["labels"] = {"aura-environment": "tests"}
    there = await world.vendor.list("tests")
    assert [(machine.machine_id, machine.state) for machine in there] == [(made[0], MachineState.PAUSED)]
    world.faults.seen.clear()
    found = await world.vendor._sandboxes.list({"aura-environment": "tests"}, 1)
    assert ([sandbox.id for sandbox in found], world.faults.count("GET", "/api/sandbox")) == (made, 3)
    world.machine(made[0]).state = "started"


async def test_the_vendors_clock_ends_what_was_left_and_nothing_before(world: DaytonaWorld) -> None:
    wish = world.wish(minutes=10)
    made = await world.vendor.create(wish)
    told = world.machine(made.machine_id)
    assert made.ends_at is not None
    assert wish.lives_until <= made.ends_at <= wish.lives_until + timedelta(minutes=3)
    assert (told.auto_stop_min, told.auto_delete_min) == (0, 1)
    later = wish.lives_until + timedelta(minutes=30)
    moved = await world.vendor.extend(made.machine_id, later)
    assert moved is not None
    assert later <= moved <= later + timedelta(minutes=3)
    assert await world.vendor.extend(made.machine_id, wish.lives_until) == moved
    world.state.clock.skew_s = 39 * 60
    assert (await world.vendor.get(made.machine_id)).state is MachineState.RUNNING
    world.state.clock.skew_s = 43 * 60
    await until(lambda: world.state.found(made.machine_id) is None)
    with pytest.raises(SandboxGone):
        await world.vendor.extend(made.machine_id, later)


@pytest.mark.parametrize("skew_s", [-3600, 7200])
async def test_a_vendor_whose_clock_is_wrong_is_understood(world: DaytonaWorld, skew_s: float) -> None:
    world.state.clock.skew_s = skew_s
    wish = world.wish(minutes=10)
    made = await world.vendor.create(wish)
    assert abs(made.created_at - utcnow()) < timedelta(seconds=10)
    assert made.ends_at is not None
    assert abs(made.ends_at - wish.lives_until) < timedelta(minutes=3)
    later = wish.lives_until + timedelta(minutes=5)
    await world.vendor.extend(made.machine_id, later)
    destroy_at = world.machine(made.machine_id).destroy_at
    assert destroy_at is not None
    assert destroy_at - timedelta(seconds=skew_s) >= later


async def test_one_that_stopped_is_gone_and_deleted_soon(world: DaytonaWorld) -> None:
    made = await world.vendor.create(world.wish())
    told = world.machine(made.machine_id)
    await world.state.stop(told)
    with pytest.raises(SandboxGone):
        await world.vendor.get(made.machine_id)
    world.state.clock.skew_s = 61
    world.state.tick()
    await until(lambda: told.state == "destroyed")


async def test_pausing_keeps_what_runs(world: DaytonaWorld) -> None:
    made = await world.vendor.create(world.wish())
    for _ in range(2):
        await world.vendor.pause(made.machine_id)
    assert (await world.vendor.get(made.machine_id)).state is MachineState.PAUSED
    later = utcnow() + timedelta(hours=2)
    for _ in range(2):
        await world.vendor.resume(made.machine_id, later)
    resumed = await world.vendor.get(made.machine_id)
    assert resumed.state is MachineState.RUNNING
    assert resumed.ends_at is not None
    assert resumed.ends_at >= later
    world.state.can_pause = False
    try:
        with pytest.raises(Unsupported):
            await world.vendor.pause(made.machine_id)
    finally:
        world.state.can_pause = True


async def test_what_machines_can_is_told_by_name(world: DaytonaWorld) -> None:
    plain = DaytonaVendor(DaytonaClient(API_KEY, world.cloud.api_url))
    assert not plain.capabilities.pause
    assert isinstance(world.vendor.capabilities, Capabilities)
    assert world.vendor.capabilities.pause
    with pytest.raises(Unsupported):
        await plain.pause("x")
    with pytest.raises(Unsupported):
        await plain.resume("x", utcnow())
    await plain.close()


async def test_an_answer_that_was_lost_makes_no_second_machine(world: DaytonaWorld) -> None:
    wish = world.wish()
    world.faults.add(*CREATIONS, Fault(is_lost=True))
    with pytest.raises(VendorDown):
        await world.vendor.create(wish)
    made = await world.vendor.create(wish)
    assert [machine.machine_id for machine in await world.vendor.list("tests")] == [made.machine_id]


async def test_a_machine_comes_up_after_its_maker_gave_up(world: DaytonaWorld) -> None:
    world.state.starts.clear()
    hasty = DaytonaVendor(world.vendor._client, call_s=2.0)
    with pytest.raises(VendorTimedOut):
        await hasty.create(world.wish())
    (found,) = await world.vendor.list("tests")
    assert found.state is MachineState.STARTING
    world.state.starts.set()
    await until(lambda: world.machine(found.machine_id).state == "started")


@pytest.mark.parametrize(
    ("reason", "error"), [("Total disk limit exceeded.", VendorFull), ("No such device", VendorDown)]
)
async def test_what_does_not_come_up_is_not_paid_for(world: DaytonaWorld, reason: str, error: type[Exception]) -> None:
    world.state.broken = reason
    with pytest.raises(error):
        await world.vendor.create(world.wish())
    await until(lambda: all(machine.state == "destroyed" for machine in world.state.machines.values()))


async def test_an_account_that_is_full_says_so(world: DaytonaWorld) -> None:
    world.state.limit = 0
    try:
        with pytest.raises(VendorFull):
            await world.vendor.create(world.wish())
    finally:
        world.state.limit = 10


async def test_ports_have_addresses_that_carry_their_permission(world: DaytonaWorld) -> None:
    made = await world.vendor.create(world.wish())
    url = await world.vendor.signed_url(made.machine_id, 3000, 600)
    assert url is not None
    assert url.startswith(f"http://3000-{world.machine(made.machine_id).preview_token}600.")
    await world.vendor.destroy(made.machine_id)
    await until(lambda: world.machine(made.machine_id).state == "destroyed")
    with pytest.raises(SandboxGone):
        await world.vendor.signed_url(made.machine_id, 3000, 600)


async def test_who_is_cancelled_leaves_nothing_hanging(world: DaytonaWorld) -> None:
    held = asyncio.Event()
    world.faults.add(*CREATIONS, Fault(behind=held))
    creating = asyncio.create_task(world.vendor.create(world.wish()))
    await until(lambda: world.state.machines)
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    held.set()
    await world.vendor.ping()
