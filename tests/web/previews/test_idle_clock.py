"""A bound on silence."""

import asyncio

import pytest

from aura_gql.web.previews.idle_clock import IdleClock


async def test_ends_what_does_not_move() -> None:
    with pytest.raises(TimeoutError):
        async with IdleClock(0.02).running():
            await asyncio.Event().wait()


async def test_goes_on_while_something_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    clock = IdleClock(10)
    async with clock.running():
        for _ in range(12):
            now += 9
            clock.moved()
            await asyncio.sleep(0)
    clock.moved()
