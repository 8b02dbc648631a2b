"""Blocking steps in threads."""

import asyncio
import threading

import pytest

from aura_gql.sandboxes.providers.local.steps import Steps
from tests.support.waiting import until


async def test_gives_what_a_step_gives_and_raises_what_it_raises() -> None:
    steps = Steps()
    assert await steps.take(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await steps.take(lambda: 1 // 0)


async def test_the_last_step_waits_for_one_whose_caller_has_gone() -> None:
    steps, may_end, order = Steps(), threading.Event(), list[str]()

    def slow() -> None:
        may_end.wait(60)
        order.append("slow")

    taking = asyncio.create_task(steps.take(slow))
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.wait({taking})
    ending = asyncio.create_task(steps.end(lambda: order.append("last")))
    await asyncio.sleep(0)
    assert order == []
    may_end.set()
    await ending
    await until(lambda: order == ["slow", "last"])


async def test_nothing_begun_is_nothing_to_end() -> None:
    order = list[str]()
    await Steps().end(lambda: order.append("last"))
    assert order == []
