"""Whatever ends an execution, each of its readers gets the same output and then one end."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from aura_gql.executions.ledger import ExecutionLedger
from aura_gql.executions.records import (
    ExecutionErrorType,
    ExecutionLimits,
    ExecutionRecord,
    ExecutionStatus,
)
from aura_gql.infra.mongo import Database
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from tests.support.execution_bench import ExecutionBench, execution_bench
from tests.support.ledger_storm import Damage, Reader, everything_of
from tests.support.sandboxes import OWNER

Status = ExecutionStatus
Type = ExecutionErrorType
Trigger = Callable[[ExecutionBench, ExecutionRecord], Awaitable[object]]

# Both streams, no end; `enough` ends it and `more` has it print without restraint.
PROGRAM = (
    "n=0; until [ -e enough ]; do n=$((n+1)); echo line $n; echo oops >&2; "
    "test ! -e more || head -c 1200000 /dev/zero; sleep 0.002; done; exit 3"
)
SLOW_PROGRAM = PROGRAM.replace("0.002", "0.05")
LIMITS = ExecutionLimits(output_limit=1_000_000, kill_grace_ms=50)


async def exit_by_itself(bench: ExecutionBench, record: ExecutionRecord) -> None:
    await bench.command(record.sandbox_id, "touch enough")


async def cancel(bench: ExecutionBench, record: ExecutionRecord) -> None:
    await bench.executions.cancel(OWNER, record.id)


async def run_out_of_time(bench: ExecutionBench, record: ExecutionRecord) -> None:
    """Its time limit is short."""


async def print_too_much(bench: ExecutionBench, record: ExecutionRecord) -> None:
    await bench.command(record.sandbox_id, "touch more")


async def stop_the_sandbox(bench: ExecutionBench, record: ExecutionRecord) -> None:
    await bench.below.sandboxes.stop(OWNER, record.sandbox_id)


async def kill_the_machine(bench: ExecutionBench, record: ExecutionRecord) -> None:
    machine = await bench.below.sandboxes.attach(record.sandbox_id)
    assert isinstance(machine, LocalSandbox)
    os.kill(machine.host_pid, signal.SIGKILL)


async def refuse_the_output(bench: ExecutionBench, record: ExecutionRecord) -> None:
    await bench.below.database.command("collMod", "execution_output", validator={"first": {"$lt": 0}})


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged: printing an error of the driver's, with all its variables, would take seconds."""
    with capture_logs() as entries:
        yield entries


CASES: dict[Trigger, tuple[Status, Type | None]] = {
    exit_by_itself: (Status.FAILED, Type.RUNTIME),
    cancel: (Status.CANCELLED, Type.CANCELLED),
    run_out_of_time: (Status.FAILED, Type.TIMEOUT),
    print_too_much: (Status.FAILED, Type.OUTPUT_LIMIT),
    stop_the_sandbox: (Status.CANCELLED, Type.CANCELLED),
    kill_the_machine: (Status.LOST, Type.LOST),
    refuse_the_output: (Status.LOST, Type.LOST),
}


async def test_whatever_ends_it_every_reader_gets_the_same_and_one_end(database: Database, tmp_path: Path) -> None:
    async with execution_bench(database, tmp_path, LIMITS) as bench:
        for seed, (trigger, (status, error_type)) in enumerate(CASES.items()):
            sandbox_id = await bench.sandbox()
            is_timed = trigger is run_out_of_time
            record = await bench.start(sandbox_id, SLOW_PROGRAM if is_timed else PROGRAM, 5_000 if is_timed else None)
            damage = Damage()
            ledger = ExecutionLedger(bench.below.bus)
            readers = [
                Reader(f"{trigger.__name__}: reader {number}", ledger, record.id, random.Random(seed + number), damage)
                for number in range(3)
            ]
            reading = [asyncio.create_task(reader.read()) for reader in readers[1:]]
            await bench.printed(record, b"line 10\n")
            await trigger(bench, record)
            reading.append(asyncio.create_task(readers[0].read()))  # comes as it ends
            async with asyncio.timeout(60):
                await asyncio.gather(*reading)
            truth = await everything_of(record.id)
            for reader in readers:
                reader.judge(truth, status)
                assert reader.ends[0].record.error_type is error_type, trigger
            assert damage.wrong == []
            assert b"line 10\n" in b"".join(chunk.data for chunk in truth)
            await bench.below.sandboxes.stop(OWNER, sandbox_id)


async def test_what_was_stored_though_the_database_refused_it_counts(
    database: Database, tmp_path: Path, logged: list[MutableMapping[str, Any]]
) -> None:
    """And a program that says nothing more does not run on unheard."""
    async with execution_bench(database, tmp_path, LIMITS) as bench:
        sandbox_id = await bench.sandbox()
        record = await bench.start(
            sandbox_id, "echo first; until [ -e go ]; do sleep 0.01; done; echo second; sleep 60"
        )
        await bench.printed(record, b"first\n")
        stored = await everything_of(record.id)
        await database.command("collMod", "execution_output", validator={"first": {"$lt": 0}})
        document = await database["execution_output"].find_one({"execution_id": record.id}, {"_id": 0})
        assert document is not None
        doubtful = {**document, "first": 2, "last": 2, "stdout_bytes": 13}
        await database["execution_output"].insert_one(doubtful, bypass_document_validation=True)
        await bench.command(sandbox_id, "touch go")
        async with asyncio.timeout(20):
            ended = await bench.ended(record)
        assert (ended.record.status, ended.record.last_sequence, ended.record.stdout_bytes) == (Status.LOST, 2, 13)
        assert ended.chunks[:1] == stored
    assert [entry["event"] for entry in logged] == ["execution.not_recorded"]
