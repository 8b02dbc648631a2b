"""Turns in one process."""

import asyncio

from aura_gql.infra.turns import Turns
from tests.support.waiting import until


async def test_those_of_a_key_come_one_behind_the_other() -> None:
    turns, inside, most, order = Turns(), dict[str, int](), dict[str, int](), list[int]()

    async def take(number: int, key: str) -> None:
        async with turns.of(key):
            inside[key] = inside.get(key, 0) + 1
            most[key] = max(most.get(key, 0), inside[key])
            order.append(number)
            await asyncio.sleep(0)
            inside[key] -= 1

    await asyncio.gather(*(take(number, "ab"[number % 2]) for number in range(20)))
    assert most == {"a": 1, "b": 1}
    assert order == list(range(20))


async def test_one_that_fails_or_is_cancelled_ends_its_turn() -> None:
    turns, holds = Turns(patience_s=60), asyncio.Event()

    async def hold() -> None:
        async with turns.of("key"):
            holds.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await holds.wait()
    waiter = asyncio.create_task(hold())
    await asyncio.sleep(0)
    waiter.cancel()
    holder.cancel()
    await asyncio.wait([holder, waiter])
    async with asyncio.timeout(30), turns.of("key"):
        pass


async def test_who_has_waited_long_goes_ahead() -> None:
    turns, inside = Turns(patience_s=0.01), list[int]()

    async def stay(number: int) -> None:
        async with turns.of("key"):
            inside.append(number)
            await until(lambda: len(inside) == 2)

    await asyncio.gather(stay(1), stay(2))
