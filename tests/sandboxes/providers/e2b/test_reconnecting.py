"""What runs at E2B goes on where connections break, and none of its bytes is lost, doubled or invented."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.providers.remote.sandbox import assemble
from aura_gql.sandboxes.values import Command, EndReason, SandboxSpec
from tests.support.processes import finished, first_line, run
from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.vendors.e2b.state import API_KEY
from tests.support.vendors.faults import Fault
from tests.support.vendors.remote import SPARING
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

STREAM = "/process.Process/(Start|Connect)"
INPUT = "/process.Process/SendInput"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cloud() -> AsyncIterator[LoopbackE2B]:
    async with LoopbackE2B() as cloud:
        yield cloud


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(cloud: LoopbackE2B) -> AsyncIterator[Sandbox]:
    """One whose agent has been talked to."""
    client = E2BClient(API_KEY, api_url=cloud.url, sandbox_url=cloud.url)
    provider = RemoteProvider(E2BVendor(client), "tests", assemble, limits=SPARING)
    sandbox = await provider.create(SandboxSpec("sandbox", "project"))
    assert (await run(sandbox, "true")).status.exit_code == 0
    yield sandbox
    cloud.faults.clear()
    await sandbox.stop()
    await provider.close()


async def test_output_goes_on_behind_streams_that_break_at_any_byte(cloud: LoopbackE2B, sandbox: Sandbox) -> None:
    script = "seq 1 60000; read line; seq 60001 120000 >&2; exit $line"
    for cut_at in (1, 10, 1000, 30_001, 65_537, 200_000):
        cloud.faults.add("POST", STREAM, Fault(cut_at=cut_at))
    process = await sandbox.start_process(Command(["sh", "-c", script]))
    cloud.server.cut(STREAM)
    finishing = asyncio.create_task(finished(process))
    await until(lambda: cloud.faults.count("POST", "/process.Process/Connect") >= 3)
    # Once the request is lost, then its answer.
    cloud.faults.add("POST", INPUT, Fault(is_reset=True))
    cloud.faults.add("POST", INPUT, Fault(is_lost=True))
    await process.write_stdin(b"7\n")
    outcome = await finishing
    assert outcome.stdout == b"".join(b"%d\n" % number for number in range(1, 60_001))
    assert outcome.stderr == b"".join(b"%d\n" % number for number in range(60_001, 120_001))
    assert (outcome.status.reason, outcome.status.exit_code) == (EndReason.EXITED, 7)


async def test_an_outage_of_the_proxy_is_no_end(cloud: LoopbackE2B, sandbox: Sandbox) -> None:
    process = await sandbox.start_process(Command(["sh", "-c", "echo begun; cat; exit 5"]))
    assert await first_line(process) == "begun"
    for fault in (Fault.html(502), Fault.html(503), Fault.html(500), Fault.json(429, {"code": 429, "message": "slow"})):
        cloud.faults.add("POST", "/process.Process/.*", fault)
    cloud.server.cut(STREAM)
    await process.close_stdin()
    status = await process.wait()
    assert (status.reason, status.exit_code) == (EndReason.EXITED, 5)


async def test_a_machine_that_is_gone_is_lost_and_nothing_is_invented(cloud: LoopbackE2B, sandbox: Sandbox) -> None:
    process = await sandbox.start_process(Command(["sleep", "60"]))
    await cloud.state.destroy(cloud.state.machines[sandbox.provider_sandbox_id])
    status = await process.wait()
    assert (status.reason, status.exit_code) == (EndReason.LOST, None)
    assert await sandbox.wait_gone()


async def test_an_agent_that_died_is_lost_and_the_next_use_starts_another(cloud: LoopbackE2B, sandbox: Sandbox) -> None:
    process = await sandbox.start_process(Command(["sleep", "60"]))
    machine = cloud.state.machines[sandbox.provider_sandbox_id]
    for pid in list(machine.commands):
        await machine.guest.signal(pid, 9)
    assert (await process.wait()).reason is EndReason.LOST
    assert (await run(sandbox, "echo", "again")).text == "again"
