"""Fixtures of the infrastructure's tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from aura_gql.infra.documents import JobDocument
from aura_gql.infra.job_run import JobTiming
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database
from tests.support.jobs import QUICK, Start
from tests.support.mongo import init_documents


@pytest.fixture
async def start(database: Database) -> AsyncIterator[Start]:
    """Starts queues that stand for processes of their own: they share nothing but the database."""
    await init_documents(database, [JobDocument])
    async with AsyncExitStack() as stack:

        async def start_one(
            handler: Callable[[str], Awaitable[None]],
            abandoned: Callable[[str, str], Awaitable[None]] | None = None,
            *,
            exclusive: bool = False,
            concurrency: int = 16,
            timing: JobTiming = QUICK,
        ) -> DurableJobs:
            jobs = DurableJobs(exclusive=exclusive, concurrency=concurrency, timing=timing)
            jobs.register("work", handler, abandoned)
            await jobs.start()
            stack.push_async_callback(jobs.stop)
            return jobs

        yield start_one
