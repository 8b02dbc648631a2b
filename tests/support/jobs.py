"""A room of job queues over one database, as if each were a process of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from aura_gql.infra.documents import JobDocument
from aura_gql.infra.job_run import JobTiming
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database

QUICK = JobTiming(lease_s=60, sweep_s=0.05, backoff_s=0.01, max_attempts=3)
SHORT_LEASE = replace(QUICK, lease_s=2)

Start = Callable[..., Awaitable[DurableJobs]]


async def count(database: Database, state: str) -> int:
    return await database["jobs"].count_documents({"state": state})


async def all_ended(database: Database) -> bool:
    return not await database["jobs"].count_documents({"state": {"$nin": ["DONE", "FAILED"]}})


async def leave_running(database: Database, key: str, attempts: int = 1) -> None:
    """A job as a process leaves it that was killed in its middle."""
    await JobDocument.enqueue("work", key)
    for _ in range(attempts):
        await database["jobs"].update_one({"_id": f"work:{key}"}, {"$set": {"state": "QUEUED"}})
        assert await JobDocument.claim(f"work:{key}", "dead", timedelta(hours=1))
