"""Terminals of Daytona's that break at any byte: what runs in a machine goes on; nothing of it is lost or doubled."""

import hashlib

import pytest

from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.values import Command, EndReason, SandboxSpec
from tests.support.vendors.daytona.world import DaytonaWorld
from tests.support.vendors.faults import WEBSOCKET, Fault
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PTYS = r"/toolbox/[^/]+/process/pty/.*"
TELLS = r"/toolbox/[^/]+/process/pty/[^/]+/connect"
LINES = b"".join(b"%d\n" % number for number in range(60_000))
CUTS = (1, 700, 3_000, 40_001, 90_000)


async def test_output_is_whole_behind_cuts(world: DaytonaWorld, provider: RemoteProvider) -> None:
    sandbox = await provider.create(SandboxSpec("cut", "project"))
    process = await sandbox.start_process(Command(["sh", "-c", "read -r line; seq 0 59999"]))
    for after in CUTS:
        world.faults.add(WEBSOCKET, TELLS, Fault(cut_at=after))
    await process.write_stdin(b"now\n")
    assert world.cloud.server.cut(PTYS) == 1
    heard = b"".join([piece.data async for piece in process.output()])
    assert heard == LINES
    assert (await process.wait()).exit_code == 0
    assert world.faults.count(WEBSOCKET, TELLS) > len(CUTS)


async def test_input_arrives_once_behind_cuts(world: DaytonaWorld, provider: RemoteProvider) -> None:
    sandbox = await provider.create(SandboxSpec("cut-input", "project"))
    process = await sandbox.start_process(Command(["sha256sum"]))
    for after in CUTS:
        world.faults.add(WEBSOCKET, TELLS, Fault(cut_request_at=after))
    assert world.cloud.server.cut(PTYS) == 1
    await process.write_stdin(LINES)
    await process.close_stdin()
    heard = b"".join([piece.data async for piece in process.output()])
    assert heard.split()[0].decode() == hashlib.sha256(LINES).hexdigest()
    assert world.faults.count(WEBSOCKET, TELLS) > len(CUTS)


async def test_an_agent_that_was_killed_takes_its_processes_with_it(
    world: DaytonaWorld, provider: RemoteProvider
) -> None:
    sandbox = await provider.create(SandboxSpec("killed", "project"))
    process = await sandbox.start_process(Command(["sleep", "999"]))
    machine = world.machine(sandbox.provider_sandbox_id)
    (pty,) = machine.ptys.values()
    await machine.running.signal(pty.process.pid, 9)
    assert (await process.wait()).reason is EndReason.LOST
    again = await sandbox.start_process(Command(["echo", "again"]))
    assert b"".join([piece.data async for piece in again.output()]) == b"again\n"


async def test_a_machine_that_its_vendor_ended_is_lost_and_gone(world: DaytonaWorld, provider: RemoteProvider) -> None:
    sandbox = await provider.create(SandboxSpec("ended", "project"))
    process = await sandbox.start_process(Command(["sleep", "999"]))
    world.state.destroy(world.machine(sandbox.provider_sandbox_id))
    assert (await process.wait()).reason is EndReason.LOST
    assert "DAYTONA" in await sandbox.wait_gone()
    await until(lambda: not provider.is_busy)
