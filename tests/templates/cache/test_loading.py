import asyncio
from dataclasses import dataclass, field

import pytest

from aura_gql.templates.cache.loading import SharedLoads


@dataclass
class Work:
    """Work that goes on until it is let go."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0
    cancelled: int = 0
    failure: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failure is not None:
            raise self.failure
        return self.begun


async def begin(work: Work, number: int = 1, loads: SharedLoads[str, int] | None = None) -> list[asyncio.Task[int]]:
    """So many who want the same, all of whom wait."""
    loads = loads or SharedLoads()
    tasks = [asyncio.create_task(loads.get("key", work)) for _ in range(number)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_a_hundred_at_once_are_one() -> None:
    work, loads = Work(), SharedLoads[str, int]()
    tasks = await begin(work, 100, loads)
    work.go.set()
    assert set(await asyncio.gather(*tasks)) == {1}
    assert await loads.get("key", work) == 2


async def test_different_keys_are_different_work() -> None:
    work, loads = Work(), SharedLoads[str, int]()
    work.go.set()
    await asyncio.gather(loads.get("a", work), loads.get("b", work))
    assert work.begun == 2


async def test_a_failure_is_that_of_all_and_is_forgotten() -> None:
    work, loads = Work(failure=KeyError("gone")), SharedLoads[str, int]()
    tasks = await begin(work, 3, loads)
    work.go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(result) for result in results} == {KeyError}
    work.failure = None
    assert await loads.get("key", work) == 2


async def test_who_goes_leaves_the_others_their_result() -> None:
    work, loads = Work(), SharedLoads[str, int]()
    first, *others = await begin(work, 3, loads)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.go.set()
    assert await asyncio.gather(*others) == [1, 1]
    assert work.cancelled == 0


async def test_work_ends_with_the_last_who_waits_for_it() -> None:
    work, loads = Work(), SharedLoads[str, int]()
    tasks = await begin(work, 2, loads)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    [again] = await begin(work, 1, loads)
    assert (work.begun, work.cancelled) == (2, 1)
    work.go.set()
    assert await again == 2
