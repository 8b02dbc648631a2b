"""An agent in a machine: brought there, started, lost sight of and found again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from aura_gql.sandboxes.providers.remote.errors import AgentGone, LinkBroken, VendorDown
from aura_gql.sandboxes.providers.remote.ports import Link
from tests.support.vendors.daytona.world import DaytonaWorld
from tests.support.vendors.faults import WEBSOCKET, Fault
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Tells each line back.
ECHO = 'while read -r line; do echo "$line"; done'
PTYS = r"/toolbox/[^/]+/process/pty/.*"


async def line_of(pieces: AsyncIterator[bytes]) -> bytes:
    """The next line as a whole."""
    line = b""
    async with asyncio.timeout(30):
        while not line.endswith(b"\n"):
            line += await anext(pieces)
    return line


async def started(world: DaytonaWorld, command: str) -> tuple[str, Link]:
    machine = await world.vendor.create(world.wish())
    return machine.machine_id, await world.vendor.launch(machine.machine_id, command)


async def test_what_was_brought_runs_and_is_heard_byte_by_byte(world: DaytonaWorld) -> None:
    machine = await world.vendor.create(world.wish())
    path, data = "/home/daytona/.aura-agent/new/agent", bytes(range(256)) * 4096
    for _ in range(2):
        await world.vendor.upload(machine.machine_id, path, data)
    link = await world.vendor.launch(machine.machine_id, f"pwd; wc -c < {path}; tty; cat {path}")
    heard = b"".join([piece async for piece in link.receive()])
    assert heard.startswith(b"/home/daytona\n%d\n/dev/pts/0\n" % len(data))
    assert heard.endswith(data)
    with pytest.raises(LinkBroken):
        await link.send(b"x")
    with pytest.raises(AgentGone):
        await world.vendor.relink(machine.machine_id, link.token)
    await link.close()


async def test_nothing_that_is_sent_is_told_back_by_the_terminal(world: DaytonaWorld) -> None:
    _, link = await started(world, ECHO)
    pieces = link.receive()
    await link.send(b"one\n")
    assert await line_of(pieces) == b"one\n"
    # More than a terminal takes in a line where it is not raw.
    sent = b"x" * 60_000 + b"\n"
    await link.send(sent)
    assert await line_of(pieces) == sent
    await link.close()


async def test_an_agent_is_found_again(world: DaytonaWorld) -> None:
    machine_id, link = await started(world, ECHO)
    pieces = link.receive()
    await link.send(b"1\n")
    assert await line_of(pieces) == b"1\n"
    assert world.cloud.server.cut(PTYS) == 1
    assert [piece async for piece in pieces] == []
    with pytest.raises(LinkBroken):
        await link.send(b"lost\n")
    again = await world.vendor.relink(machine_id, link.token)
    assert again.token == link.token
    await again.send(b"2\n")
    assert await line_of(again.receive()) == b"2\n"
    for ended in (link, again, again):
        await ended.close()
    third = await world.vendor.relink(machine_id, link.token)
    await third.send(b"3\n")
    assert await line_of(third.receive()) == b"3\n"
    await third.close()


@pytest.mark.parametrize("fault", [Fault(cut_at=300), Fault(cut_request_at=0)])
async def test_a_connection_that_ends_while_an_agent_starts_leaves_no_terminal(
    world: DaytonaWorld, fault: Fault
) -> None:
    machine = await world.vendor.create(world.wish())
    world.faults.add(WEBSOCKET, PTYS, fault)
    with pytest.raises(VendorDown):
        await world.vendor.launch(machine.machine_id, f": {'x' * 400}; sleep 999")
    await until(lambda: not world.machine(machine.machine_id).ptys)


async def test_a_broken_terminal_is_told_from_an_ended_one(world: DaytonaWorld) -> None:
    machine_id, link = await started(world, ECHO)
    world.faults.add(WEBSOCKET, PTYS, Fault.html(502), times=None)
    with pytest.raises(VendorDown):
        await world.vendor.relink(machine_id, link.token)
    world.faults.clear()
    with pytest.raises(AgentGone):
        await world.vendor.relink(machine_id, "another")
    await link.close()


async def test_who_does_not_read_holds_the_vendor_back(world: DaytonaWorld) -> None:
    machine_id, link = await started(world, "yes | head -c 50000000; sleep 999")
    (pty,) = world.machine(machine_id).ptys.values()
    # Daytona lets go of who is too far behind.
    await until(lambda: not pty.watchers)
    assert 256 * 1024 <= link._kept < 4 * 1024 * 1024  # type: ignore[attr-defined]
    taken = sum([len(piece) async for piece in link.receive()])
    assert 256 * 1024 <= taken < 50_000_000
    again = await world.vendor.relink(machine_id, link.token)
    for ended in (link, again):
        await ended.close()


async def test_a_machine_that_ends_ends_its_links(world: DaytonaWorld) -> None:
    machine_id, link = await started(world, ECHO)
    await world.vendor.destroy(machine_id)
    assert [piece async for piece in link.receive()] == []
    await link.close()
