"""One attempt at a job: its failures, its heartbeat, its end."""

import asyncio
from dataclasses import replace

import pytest

from aura_gql.infra.mongo import Database
from tests.support.jobs import QUICK, SHORT_LEASE, Start, all_ended, count, leave_running
from tests.support.waiting import until


async def test_a_failing_job_is_tried_again_and_then_abandoned(
    start: Start, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    attempts = 0
    abandoned: list[tuple[str, str]] = []

    async def handler(key: str) -> None:
        nonlocal attempts
        attempts += 1
        raise LookupError(f"attempt {attempts}")

    async def on_abandoned(key: str, told: str) -> None:
        abandoned.append((key, told))

    jobs = await start(handler, on_abandoned)
    await jobs.enqueue("work", "a")
    await until(lambda: count(database, "FAILED"))
    assert attempts == QUICK.max_attempts
    assert abandoned == [("a", "LookupError: attempt 3")]
    assert "Job work:a failed at attempt 3 of 3" in caplog.text
    job = await database["jobs"].find_one({"_id": "work:a"})
    assert job is not None
    assert job["error"] == "LookupError: attempt 3"


async def test_a_failed_abandonment_is_repeated(start: Start, database: Database) -> None:
    calls = 0

    async def handler(key: str) -> None:
        raise LookupError("never")

    async def on_abandoned(key: str, told: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("the database is away")

    jobs = await start(handler, on_abandoned)
    await jobs.enqueue("work", "a")
    await until(lambda: count(database, "FAILED"))
    assert calls == 2


async def test_a_job_that_recovers_is_done(start: Start, database: Database) -> None:
    attempts = 0

    async def handler(key: str) -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 2:
            raise OSError("once")

    jobs = await start(handler)
    await jobs.enqueue("work", "a")
    await until(lambda: count(database, "DONE"))
    assert attempts == 2


async def test_a_long_job_keeps_its_lease(start: Start, database: Database) -> None:
    runs = 0
    gate = asyncio.Event()

    async def handler(key: str) -> None:
        nonlocal runs
        runs += 1
        await gate.wait()

    timing = replace(QUICK, lease_s=9)
    first = await start(handler, timing=timing)
    await start(handler, timing=timing)
    await first.enqueue("work", "a")
    seen: set[object] = set()

    async def renewed() -> bool:
        job = await database["jobs"].find_one({"_id": "work:a"})
        seen.add(job and job.get("lease_until"))
        return len(seen - {None}) > 1

    await until(renewed)
    gate.set()
    await until(lambda: all_ended(database))
    assert runs == 1


async def test_who_lost_the_lease_is_cancelled(start: Start, database: Database) -> None:
    cancelled = asyncio.Event()
    runs = 0

    async def handler(key: str) -> None:
        nonlocal runs
        runs += 1
        if runs > 1:
            return
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    jobs = await start(handler, timing=SHORT_LEASE)
    await jobs.enqueue("work", "a")
    await until(lambda: runs)
    # As if the process had been stopped for longer than its lease and another had claimed and lost the job.
    await database["jobs"].update_one({"_id": "work:a"}, {"$inc": {"fence": 1}, "$set": {"state": "QUEUED"}})
    await cancelled.wait()
    await until(lambda: count(database, "DONE"))
    assert runs == 2


async def test_a_job_that_kills_its_process_is_abandoned(start: Start, database: Database) -> None:
    abandoned: list[tuple[str, str]] = []

    async def never(key: str) -> None:
        raise AssertionError("not again")

    async def on_abandoned(key: str, told: str) -> None:
        abandoned.append((key, told))

    await leave_running(database, "a", attempts=QUICK.max_attempts)
    await start(never, on_abandoned, exclusive=True)
    await until(lambda: count(database, "FAILED"))
    assert abandoned == [("a", "the process that ran it ended each time")]
