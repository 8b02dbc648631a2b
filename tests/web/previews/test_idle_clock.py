"""A bound on silence."""

import asyncio

import pytest

from aura_gql.web.previews.idle_clock import IdleClock


async def test_ends_what_does_not_move() -> None:
    with pytest.raises(TimeoutError):
        async with IdleClock(0.02).running():
            await asyncio.Event().wait()


async def test_goes_on_while_something_moves() -> None:
    clock = IdleClock(0.3)
    async with clock.running():
        for _ in range(12):
            await asyncio.sleep(0.05)
            clock.moved()
    clock.moved()
