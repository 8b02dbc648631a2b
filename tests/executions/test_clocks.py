"""The clocks of an execution."""

import asyncio

from aura_gql.executions.clocks import Clocks
from aura_gql.executions.records import TimeoutClock


async def test_the_one_that_runs_out_first_is_told() -> None:
    assert await Clocks(1, 60_000).ring() is TimeoutClock.EXECUTION
    assert await Clocks(60_000, 1).ring() is TimeoutClock.IDLE
    assert await Clocks(1, None).ring() is TimeoutClock.EXECUTION


async def test_activity_winds_the_idle_clock_alone() -> None:
    clocks = Clocks(150, 100)
    ringing = asyncio.create_task(clocks.ring())
    while not ringing.done():
        clocks.touch()
        await asyncio.sleep(0)
    assert await ringing is TimeoutClock.EXECUTION


async def test_without_clocks_none_rings() -> None:
    ringing = asyncio.create_task(Clocks(None, None).ring())
    await asyncio.wait([ringing], timeout=0.01)
    assert not ringing.done()
    ringing.cancel()
