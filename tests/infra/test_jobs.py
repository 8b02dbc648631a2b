"""Durable jobs over a real MongoDB: one process, two that compete, and one that is killed."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from aura_gql.infra.documents import JobDocument
from aura_gql.infra.job_run import JobTiming
from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from tests.support.jobs import Start, all_ended, count, leave_running
from tests.support.waiting import until


async def test_a_job_runs_at_once(start: Start, database: Database) -> None:
    done: list[str] = []

    async def handler(key: str) -> None:
        done.append(key)

    jobs = await start(handler, timing=JobTiming(sweep_s=3600))
    await jobs.enqueue("work", "$a.b")
    await until(lambda: done)
    await until(lambda: count(database, "DONE"))
    assert done == ["$a.b"]


async def test_enqueuing_while_it_waits_changes_nothing(start: Start, database: Database) -> None:
    runs: Counter[str] = Counter()
    gate = asyncio.Event()

    async def handler(key: str) -> None:
        runs[key] += 1
        await gate.wait()

    jobs = await start(handler, concurrency=1)
    await jobs.enqueue("work", "first")
    await until(lambda: runs["first"])
    await asyncio.gather(*(jobs.enqueue("work", "waiting") for _ in range(20)))
    gate.set()
    await until(lambda: runs["waiting"])
    await until(lambda: all_ended(database))
    assert runs == {"first": 1, "waiting": 1}


async def test_enqueuing_while_it_runs_has_it_run_once_more(start: Start, database: Database) -> None:
    runs = 0
    gate = asyncio.Event()

    async def handler(key: str) -> None:
        nonlocal runs
        runs += 1
        await gate.wait()

    jobs = await start(handler)
    await jobs.enqueue("work", "a")
    await until(lambda: runs == 1)
    await asyncio.gather(*(jobs.enqueue("work", "a") for _ in range(5)))
    gate.set()
    await until(lambda: runs == 2)
    await until(lambda: all_ended(database))
    assert runs == 2


async def test_enqueuing_after_the_end_starts_it_anew(start: Start, database: Database) -> None:
    runs = 0

    async def handler(key: str) -> None:
        nonlocal runs
        runs += 1

    jobs = await start(handler)
    for expected in (1, 2):
        await jobs.enqueue("work", "a")
        await until(lambda: all_ended(database))
        assert runs == expected
    assert await database["jobs"].count_documents({}) == 1


async def test_two_processes_share_the_work(start: Start, database: Database) -> None:
    runs: Counter[str] = Counter()
    ran_by: Counter[str] = Counter()

    def handler_of(name: str) -> Callable[[str], Awaitable[None]]:
        async def handler(key: str) -> None:
            runs[key] += 1
            ran_by[name] += 1
            await asyncio.sleep(0)

        return handler

    first = await start(handler_of("first"), concurrency=2)
    second = await start(handler_of("second"), concurrency=2)
    await asyncio.gather(*(queue.enqueue("work", f"{n}") for n in range(40) for queue in (first, second)))
    await until(lambda: all_ended(database))
    assert len(runs) == 40
    assert max(runs.values()) <= 2, "enqueued twice, so at most run twice"
    assert set(ran_by) == {"first", "second"}


async def test_a_stopped_queue_hands_over(start: Start, database: Database) -> None:
    begun = asyncio.Event()
    done: list[str] = []

    async def hangs(key: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def works(key: str) -> None:
        done.append(key)

    first = await start(hangs)
    await first.enqueue("work", "a")
    await begun.wait()
    await first.stop()
    job = await database["jobs"].find_one({"_id": "work:a"})
    assert job is not None
    assert (job["state"], job["attempts"]) == ("QUEUED", 0), "a stop is no failure"
    await start(works)
    await until(lambda: done)


async def test_exclusive_takes_over_at_once(start: Start, database: Database) -> None:
    done: list[str] = []

    async def works(key: str) -> None:
        done.append(key)

    await leave_running(database, "a")
    await start(works, exclusive=True, timing=JobTiming(lease_s=3600, sweep_s=3600))
    await until(lambda: done)


async def test_another_process_resumes_after_a_kill(start: Start, database: Database, mongodb_uri: str) -> None:
    done: list[str] = []

    async def works(key: str) -> None:
        done.append(key)

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.infra.job_process", mongodb_uri, database.name, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        assert await process.stdout.readline() == b"began a\n"
        await start(works)
        assert not done
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        await database["jobs"].update_one({"_id": "work:a"}, {"$set": {"lease_until": utcnow()}})  # As time would.
        await until(lambda: done)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
    await until(lambda: count(database, "DONE"))


async def test_unknown_kinds_are_left_for_who_knows_them(start: Start, database: Database) -> None:
    done: list[str] = []

    async def works(key: str) -> None:
        done.append(key)

    await JobDocument.enqueue("strange", "a")
    jobs = await start(works)
    await jobs.enqueue("work", "b")
    await until(lambda: done)
    assert await count(database, "QUEUED") == 1
    with pytest.raises(ValueError, match="not registered"):
        await jobs.enqueue("strange", "b")


async def test_every_query_has_an_index(start: Start, database: Database) -> None:
    async def works(key: str) -> None: ...

    await start(works)
    now_due = [{"state": "QUEUED", "run_at": {"$lte": 1}}, {"state": "RUNNING", "lease_until": {"$lt": 1}}]
    plan = await database["jobs"].find({"$or": now_due, "kind": {"$in": ["work"]}}).explain()
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


async def test_a_claim_whose_answer_was_lost_is_known_again(start: Start, database: Database) -> None:
    async def handler(key: str) -> None:
        raise AssertionError

    await start(handler, timing=JobTiming(sweep_s=3600))
    await JobDocument.enqueue("work", "a")
    first = await JobDocument.claim("work:a", "claimant", timedelta(hours=1))
    other = await JobDocument.claim("work:a", "other", timedelta(hours=1))
    again = await JobDocument.claim("work:a", "claimant", timedelta(hours=1))

    assert first
    assert other is None
    assert again
    assert again.fence > first.fence
