"""Rate limits, in this process and over a real Redis."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from limits.aio.storage import Storage

from aura_gql.infra import rate_limits
from aura_gql.infra.counters import BoundedCounters
from aura_gql.infra.rate_limits import CounterStore, WindowedRateLimiter
from aura_gql.kernel.errors import RateLimited
from tests.support.redis import free_port, needs_redis, running_redis
from tests.support.waiting import until

WINDOW_S = 30 * 24 * 3600
"""So long that no test sees one end."""

PATIENT_S = 60.0
"""Long enough for a machine that is busy with other tests."""


@pytest.fixture(params=["memory", pytest.param("redis", marks=needs_redis)])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield CounterStore(None).open()
        return
    async with running_redis(free_port(), tmp_path) as url:
        store = CounterStore(url, PATIENT_S)
        yield store.open()
        await store.close()


def limiter(storage: Storage, limit: int = 10, window_s: int = WINDOW_S, name: str = "test") -> WindowedRateLimiter:
    return WindowedRateLimiter(name, limit, window_s, storage)


async def used(limits: WindowedRateLimiter, key: str) -> int:
    return (await limits.look(key)).used


async def test_what_is_used_is_gone_until_the_window_ends(storage: Storage) -> None:
    limits = limiter(storage)
    resets_at = await limits.take("ada", 7)
    assert time.time() < resets_at <= time.time() + WINDOW_S
    present = await limits.look("ada")
    assert (present.limit, present.used, present.remaining, present.resets_at) == (10, 7, 3, resets_at)
    with pytest.raises(RateLimited) as refused:
        await limits.take("ada", 4)
    wait_s = refused.value.details["retryAfterS"]
    assert isinstance(wait_s, int)
    assert 0 < wait_s <= WINDOW_S
    # Nothing of what was refused is taken; others have their own.
    await limits.take("ada", 3)
    await limits.take("eve", 10)
    assert (await used(limits, "ada"), await used(limits, "eve"), await used(limits, "bob")) == (10, 10, 0)


async def test_what_was_not_used_comes_back(storage: Storage) -> None:
    limits = limiter(storage)
    resets_at = await limits.take("ada", 9)
    assert (await limits.adjust("ada", resets_at, -6)).used == 3
    assert (await limits.adjust("ada", resets_at, 20)).remaining == 0
    with pytest.raises(RateLimited):
        await limits.take("ada")
    # Into another window nothing can be given back.
    assert (await limits.adjust("ada", resets_at - WINDOW_S, -5)).used == 0
    assert await used(limits, "ada") == 23


async def test_two_at_once_do_not_both_get_the_last(storage: Storage) -> None:
    limits = limiter(storage, limit=50)

    async def try_to_take() -> bool:
        try:
            await limits.take("ada", 5)
        except RateLimited:
            return False
        return True

    taken = await asyncio.gather(*(try_to_take() for _ in range(40)))
    assert sum(taken) <= 10
    assert await used(limits, "ada") == 5 * sum(taken)
    with_room = [await try_to_take() for _ in range(11)]
    assert sum(taken) + sum(with_room) == 10


async def test_limiters_do_not_mix(storage: Storage) -> None:
    await limiter(storage, name="one").take("ada", 10)
    await limiter(storage, name="two").take("ada", 10)


async def test_a_window_ends(storage: Storage) -> None:
    limits = limiter(storage, limit=1, window_s=1)

    async def goes_through() -> bool:
        try:
            await limits.take("ada")
        except RateLimited:
            return False
        return True

    for _ in range(3):
        await until(goes_through)


@needs_redis
async def test_processes_count_together(tmp_path: Path) -> None:
    async with running_redis(free_port(), tmp_path) as url:
        stores = [CounterStore(url, PATIENT_S), CounterStore(url, PATIENT_S)]
        first, second = (limiter(store.open()) for store in stores)
        await first.take("ada", 6)
        assert await used(second, "ada") == 6
        with pytest.raises(RateLimited):
            await second.take("ada", 6)
        for store in stores:
            await store.close()


@needs_redis
async def test_without_its_store_everything_is_allowed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "PAUSE_S", 0.05)
    port = free_port()
    store = CounterStore(f"redis://127.0.0.1:{port}", PATIENT_S)
    limits = limiter(store.open())
    for _ in range(20):
        resets_at = await limits.take("ada", 10)
        assert (await limits.adjust("ada", resets_at, -5)).remaining == 10
        assert (await limits.look("ada")).remaining == 10
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert str(port) not in caplog.text
    async with running_redis(port, tmp_path):

        async def counts_again() -> bool:
            await limits.take("ada")
            return await used(limits, "ada") > 0

        await until(counts_again)
        assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]
    await store.close()


def test_in_memory_strangers_can_not_push_out_users() -> None:
    store = CounterStore(None)
    first, second = store.open(), store.open()
    assert isinstance(first, BoundedCounters)
    assert first is not second
