"""Stops come together and wait for the end."""

import asyncio

from aura_gql.sandboxes.records import SandboxStatus
from tests.support.sandboxes import OWNER, SandboxBench


async def test_many_stops_are_one(bench: SandboxBench) -> None:
    record = await bench.running()
    results = await asyncio.gather(*(bench.sandboxes.stop(OWNER, record.id) for _ in range(5)))
    assert {result.status for result in results} == {SandboxStatus.STOPPED}
    assert {result.event_sequence for result in results} == {5}


async def test_another_servers_sandbox_is_ended_by_that_server(bench: SandboxBench) -> None:
    record = await bench.running()
    other = bench.more()
    asked = await other.stop(OWNER, record.id)
    assert (asked.status, asked.status_reason) == (SandboxStatus.STOPPING, "Its owner stopped it.")
    await bench.sandboxes.reaper.patrol()
    ended = await bench.reached(record.id, SandboxStatus.STOPPED)
    assert ended.status_reason == "Its owner stopped it."
