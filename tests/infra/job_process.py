"""A process that takes up a job and never ends it: `python -m tests.infra.job_process URI DATABASE`."""

import asyncio
import sys

from aura_gql.infra.documents import JobDocument
from aura_gql.infra.job_run import JobTiming
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import connect, init_documents
from aura_gql.settings_groups import DatabaseSettings


async def main(uri: str, name: str) -> None:
    """Run until killed."""
    await init_documents(connect(DatabaseSettings(), uri)[name], [JobDocument])
    jobs = DurableJobs(timing=JobTiming(sweep_s=0.05))

    async def hangs(key: str) -> None:
        print(f"began {key}", flush=True)
        await asyncio.Event().wait()

    jobs.register("work", hangs)
    await jobs.start()
    await jobs.enqueue("work", "a")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
