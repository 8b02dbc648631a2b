"""The database is killed while an execution runs, and comes back: nothing is lost."""

import contextlib
import os
import signal
from pathlib import Path

from pymongo import AsyncMongoClient

from aura_gql.executions.records import CommandRequest, ExecutionFinished, ExecutionStatus, OutputBatchRecord
from aura_gql.infra.mongo import MongoDocument
from aura_gql.infra.mongod import EmbeddedMongod
from tests.support.execution_bench import execution_bench
from tests.support.mongo import scratch_folder
from tests.support.sandboxes import OWNER
from tests.support.waiting import until

LINES = 300
SCRIPT = f"for n in $(seq {LINES}); do echo line $n; sleep 0.01; done; exit 3"


async def test_a_database_killed_in_mid_run_costs_no_line(tmp_path: Path) -> None:
    with scratch_folder() as folder:
        mongod = EmbeddedMongod(folder)
        uri = await mongod.start()
        try:
            await run_through_an_outage(mongod, uri, tmp_path)
        finally:
            await mongod.stop()


async def run_through_an_outage(mongod: EmbeddedMongod, uri: str, folder: Path) -> None:
    seen, outages = b"", 0
    async with (
        AsyncMongoClient[MongoDocument](uri, tz_aware=True, serverSelectionTimeoutMS=500) as client,
        execution_bench(client["outage"], folder) as bench,
    ):
        record = await bench.executions.run_command(OWNER, CommandRequest(await bench.sandbox(), SCRIPT))
        async with contextlib.aclosing(bench.executions.output(OWNER, record.id)) as events:
            async for event in events:
                if isinstance(event, OutputBatchRecord):
                    seen += b"".join(chunk.data for chunk in event.chunks)
                    if not outages and b"line 20\n" in seen:
                        outages += 1
                        await kill(mongod)
                        assert await mongod.start() == uri
        assert outages == 1
        assert isinstance(event, ExecutionFinished)
        assert seen == b"".join(b"line %d\n" % (number + 1) for number in range(LINES))
        assert (event.record.status, event.record.exit_code) == (ExecutionStatus.FAILED, 3)
        assert (await bench.ended(record)).stdout == seen


async def kill(mongod: EmbeddedMongod) -> None:
    """As the kernel would, short of memory."""
    pid = mongod.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await mongod.stop()
    await until(lambda: mongod.pid is None)
