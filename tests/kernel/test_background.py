"""Background tasks and loops: tracked, awaited, and never silent about a failure."""

import asyncio
import contextlib
import logging

import pytest

from aura_gql.kernel.background import BackgroundTasks, Periodic, to_its_end, undisturbed
from tests.support.waiting import until


async def test_join_waits_for_tasks_that_tasks_spawn() -> None:
    tasks = BackgroundTasks()
    done: list[str] = []

    async def inner() -> None:
        await asyncio.sleep(0)
        done.append("inner")

    async def outer() -> None:
        tasks.spawn(inner(), "inner")
        done.append("outer")

    tasks.spawn(outer(), "outer")
    await tasks.join()
    assert done == ["outer", "inner"]
    assert len(tasks) == 0


async def test_a_failure_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = BackgroundTasks()

    async def fail() -> None:
        raise ValueError("no")

    with caplog.at_level(logging.ERROR):
        tasks.spawn(fail(), "failing")
        await tasks.join()
    assert "failing" in caplog.text
    assert "ValueError: no" in caplog.text


async def test_cancel_ends_what_would_wait_for_ever() -> None:
    tasks = BackgroundTasks()
    tasks.spawn(asyncio.Event().wait(), "forever")  # type: ignore[arg-type]
    await tasks.cancel()
    assert len(tasks) == 0


async def test_a_loop_goes_on_after_a_failure_and_stops(caplog: pytest.LogCaptureFixture) -> None:
    runs = 0

    async def action() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError("once")

    loop = Periodic("test", 0.001, action)
    loop.start()
    loop.start()
    await until(lambda: runs >= 3)
    await loop.stop()
    await loop.stop()
    seen = runs
    await asyncio.sleep(0)
    assert runs == seen
    assert "it goes on" in caplog.text


async def test_a_loop_stops_though_its_action_swallows_the_cancellation() -> None:
    begun = asyncio.Event()

    async def action() -> None:
        begun.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    loop = Periodic("test", 3600, action)
    loop.start()
    await begun.wait()
    async with asyncio.timeout(30):
        await loop.stop()


async def test_a_caller_that_is_cancelled_while_a_loop_stops_is_told() -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def action() -> None:
        begun.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await let_go.wait()

    loop = Periodic("test", 3600, action)
    loop.start()
    await begun.wait()
    stopping = asyncio.create_task(loop.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await stopping


async def test_a_loop_that_stops_lets_its_action_end() -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()
    ended = []

    async def action() -> None:
        begun.set()
        await let_go.wait()
        ended.append(True)

    loop = Periodic("test", 3600, action)
    loop.start()
    await begun.wait()
    stopping = asyncio.create_task(loop.stop())
    await asyncio.sleep(0)
    let_go.set()
    await stopping
    assert ended == [True]


async def test_work_goes_on_when_its_caller_is_cancelled() -> None:
    began, leave, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> int:
        began.set()
        await leave.wait()
        done.set()
        return 5

    caller = asyncio.create_task(undisturbed(work()))
    await began.wait()
    caller.cancel()
    await asyncio.wait({caller})
    assert caller.cancelled()
    assert not done.is_set()
    leave.set()
    await asyncio.wait_for(done.wait(), 60)
    assert await undisturbed(work()) == 5


async def test_a_cancellation_waits_for_what_goes_to_its_end() -> None:
    may_end = asyncio.Event()
    ended: list[str] = []

    async def work() -> str:
        await may_end.wait()
        ended.append("work")
        return "result"

    task = asyncio.create_task(to_its_end(work()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["work"]
    assert await to_its_end(work()) == "result"
