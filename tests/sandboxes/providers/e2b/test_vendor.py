"""Machines of E2B through the port: each method, and what it leaves with the vendor."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.errors import AgentGone, LinkBroken, VendorDown, VendorFull
from aura_gql.sandboxes.providers.remote.ports import Link
from aura_gql.sandboxes.providers.remote.values import MachineState, MachineWish
from aura_gql.sandboxes.values import Enforcement, Limit
from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.vendors.faults import Fault
from tests.support.waiting import until

ECHO = "while read line; do echo got $line; done; echo end"


async def test_a_machine_lives_as_the_port_says(cloud: LoopbackE2B, vendor: E2BVendor, wish: MachineWish) -> None:
    cloud.state.skew_s = -7200
    made = await vendor.create(wish)
    assert (made.sandbox_id, made.environment, made.state) == ("sandbox-1", "tests", MachineState.RUNNING)
    assert made.limits.cpus == Limit(2, Enforcement.HARD)
    assert made.limits.memory_bytes == Limit(512 << 20, Enforcement.HARD)
    # Its clock is two hours behind, which nobody here need know.
    assert abs(made.created_at - utcnow()) < timedelta(seconds=30)
    assert made.ends_at is not None
    assert abs(made.ends_at - wish.lives_until) < timedelta(seconds=30)
    assert await vendor.get(made.machine_id) == made

    later = utcnow() + timedelta(minutes=20)
    assert abs((await vendor.extend(made.machine_id, later) or later) - later) < timedelta(seconds=30)
    most = await vendor.extend(made.machine_id, utcnow() + timedelta(days=2))
    assert most is not None
    assert abs(most - utcnow() - timedelta(hours=1)) < timedelta(seconds=30)

    for _ in range(2):
        await vendor.pause(made.machine_id)
    paused = await vendor.get(made.machine_id)
    assert (paused.state, paused.ends_at) == (MachineState.PAUSED, None)
    assert await vendor.extend(made.machine_id, later) is None
    for _ in range(2):
        await vendor.resume(made.machine_id, later)
    assert (await vendor.get(made.machine_id)).state is MachineState.RUNNING

    await vendor.ping()
    assert await vendor.signed_url(made.machine_id, 3000, 60) is None
    for _ in range(2):
        await vendor.destroy(made.machine_id)
    with pytest.raises(SandboxGone):
        await vendor.get(made.machine_id)
    for asked in (
        vendor.extend(made.machine_id, later),
        vendor.pause(made.machine_id),
        vendor.resume(made.machine_id, later),
        vendor.upload(made.machine_id, "/home/user/x", b""),
        vendor.launch(made.machine_id, "true"),
        vendor.relink(made.machine_id, "1"),
    ):
        with pytest.raises(SandboxGone):
            await asked
    assert not cloud.state.machines


@pytest.mark.parametrize("status", [401, 429])
async def test_what_is_made_and_not_told_of_is_not_nothing(
    cloud: LoopbackE2B, vendor: E2BVendor, wish: MachineWish, status: int
) -> None:
    cloud.faults.add("GET", "/sandboxes/.*", Fault.json(status, {"code": status, "message": "Rate limit exceeded"}))
    with pytest.raises(VendorDown):
        await vendor.create(wish)
    assert len(await vendor.list("tests")) == 1


async def test_a_wish_makes_one_machine_whoever_asks(
    cloud: LoopbackE2B, client: E2BClient, vendor: E2BVendor, wish: MachineWish
) -> None:
    cloud.faults.add("POST", "/v2/sandboxes", Fault(is_lost=True))
    with pytest.raises(VendorDown):
        await vendor.create(wish)
    again = await asyncio.gather(E2BVendor(client).create(wish), vendor.create(wish))
    assert {machine.machine_id for machine in again} == set(cloud.state.machines)
    other = await vendor.create(replace(wish, attempt="2"))
    elsewhere = await vendor.create(replace(wish, environment="others"))
    assert len(cloud.state.machines) == 3
    cloud.state.page = 1
    await vendor.pause(other.machine_id)
    listed = await vendor.list("tests")
    assert {(machine.machine_id, machine.state) for machine in listed} == {
        (again[0].machine_id, MachineState.RUNNING),
        (other.machine_id, MachineState.PAUSED),
    }
    assert [machine.machine_id for machine in await vendor.list("others")] == [elsewhere.machine_id]
    cloud.state.limit = 2
    with pytest.raises(VendorFull):
        await vendor.create(replace(wish, sandbox_id="sandbox-2"))


async def test_a_machine_that_is_found_again_says_nothing_of_the_clock(
    cloud: LoopbackE2B, vendor: E2BVendor, wish: MachineWish
) -> None:
    cloud.faults.add("POST", "/v2/sandboxes", Fault(is_lost=True))
    with pytest.raises(VendorDown):
        await vendor.create(wish)
    [machine] = cloud.state.machines.values()
    machine.started_at -= timedelta(hours=1)
    found = await vendor.create(wish)
    assert found.created_at == machine.started_at
    assert found.ends_at == machine.end_at


async def test_an_agent_is_reached_again_until_it_has_ended(
    cloud: LoopbackE2B, client: E2BClient, vendor: E2BVendor, wish: MachineWish
) -> None:
    machine_id = (await vendor.create(wish)).machine_id
    await vendor.upload(machine_id, "/home/user/.agent/a b", b"\x00\xff" * 50_000)
    link = await vendor.launch(machine_id, f"wc -c < '.agent/a b'; {ECHO}")
    assert await heard(link, b"100000\n") == b"100000\n"
    await link.send(b"one\n")
    assert await heard(link, b"\n") == b"got one\n"

    # A connection that breaks; then one from another process.
    assert cloud.server.cut("/process.Process/(Start|Connect)") == 1
    assert await all_of(link) == b""
    with pytest.raises(LinkBroken):
        await link.send(b"lost\n")
    link = await vendor.relink(machine_id, link.token)
    elsewhere = E2BVendor(client)
    other = await elsewhere.relink(machine_id, link.token)
    await other.send(b"two\n")
    assert await heard(other, b"\n") == await heard(link, b"\n") == b"got two\n"
    for _ in range(2):
        await other.close()
    await elsewhere.close()

    await vendor.pause(machine_id)
    assert await all_of(link) == b""
    with pytest.raises(VendorDown):
        await vendor.relink(machine_id, link.token)
    await vendor.resume(machine_id, utcnow() + timedelta(minutes=1))
    link = await vendor.relink(machine_id, link.token)
    await link.send(b"three\n")
    assert await heard(link, b"\n") == b"got three\n"

    pid = int(link.token)
    cloud.state.machines[machine_id].commands[pid].process.close_stdin()
    assert await all_of(link) == b"end\n"
    for token in (str(pid), "1", "no pid"):
        with pytest.raises(AgentGone):
            await vendor.relink(machine_id, token)


async def test_an_agent_that_ends_while_it_is_asked_for_is_gone(
    cloud: LoopbackE2B, vendor: E2BVendor, wish: MachineWish
) -> None:
    machine_id = (await vendor.create(wish)).machine_id
    link = await vendor.launch(machine_id, ECHO)
    ended = Fault.json(404, {"code": "not_found", "message": "process with pid 5 not found"})
    cloud.faults.add("POST", "/process.Process/Connect", ended)
    with pytest.raises(AgentGone):
        await vendor.relink(machine_id, link.token)
    cloud.faults.add("POST", "/process.Process/Connect", Fault.html(500))
    with pytest.raises(VendorDown):
        await vendor.relink(machine_id, link.token)


async def test_a_list_without_an_end_is_given_up(cloud: LoopbackE2B, vendor: E2BVendor) -> None:
    assert vendor.name == "E2B"
    cloud.faults.add("GET", "/v2/sandboxes", Fault.json(200, [], x_next_token="again"), times=None)
    with pytest.raises(VendorDown, match="without an end"):
        await vendor.list("tests")


async def test_nothing_is_lost_of_what_is_read_late(vendor: E2BVendor, wish: MachineWish) -> None:
    machine_id = (await vendor.create(wish)).machine_id
    link = await vendor.launch(machine_id, "seq 1000000 1400000")
    assert await all_of(link) == b"".join(b"%d\n" % number for number in range(1_000_000, 1_400_001))


async def test_a_machine_goes_and_its_links_with_it(vendor: E2BVendor, cloud: LoopbackE2B, wish: MachineWish) -> None:
    machine_id = (await vendor.create(wish)).machine_id
    link = await vendor.launch(machine_id, ECHO)
    await cloud.state.destroy(cloud.state.machines[machine_id])
    assert await all_of(link) == b""
    with pytest.raises(SandboxGone):
        await vendor.relink(machine_id, link.token)


async def test_a_cancelled_call_leaves_nothing_behind_here(
    cloud: LoopbackE2B, vendor: E2BVendor, wish: MachineWish
) -> None:
    never = asyncio.Event()
    cloud.faults.add("POST", "/v2/sandboxes", Fault(behind=never))
    creating = asyncio.create_task(vendor.create(wish))
    await until(lambda: cloud.state.machines)
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    made = await vendor.create(wish)
    assert list(cloud.state.machines) == [made.machine_id]
    never.set()


async def heard(link: Link, up_to: bytes) -> bytes:
    """What comes until it ends so."""
    seen = b""
    async for piece in link.receive():
        seen += piece
        if seen.endswith(up_to):
            break
    return seen


async def all_of(link: Link) -> bytes:
    """What comes until the connection ends."""
    return b"".join([piece async for piece in link.receive()])
