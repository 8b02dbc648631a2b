"""Executions and the ends that are not their own: stops, deaths, restarts, queues."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from aura_gql.executions.documents import CodeExecution
from aura_gql.executions.errors import TooManyExecutions
from aura_gql.executions.records import ExecutionErrorType, ExecutionLimits, ExecutionStatus
from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidState
from aura_gql.sandboxes.records import SandboxStatus
from tests.support.execution_bench import ExecutionBench, execution_bench
from tests.support.executions import store_execution
from tests.support.sandboxes import OWNER
from tests.support.waiting import until

Status = ExecutionStatus
Type = ExecutionErrorType
WAITING = "echo ready; sleep 1000"


async def test_stopping_the_sandbox_cancels_what_runs_in_it(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    record = await bench.start(sandbox_id, WAITING)
    await bench.printed(record, b"ready")
    await bench.below.sandboxes.stop(OWNER, sandbox_id)
    ended = (await bench.ended(record)).record
    assert (ended.status, ended.error_type) == (Status.CANCELLED, Type.CANCELLED)
    assert ended.error_message == "The sandbox was stopped. Its owner stopped it."
    assert ended.exit_code is None


async def test_restarting_the_sandbox_cancels_what_runs_and_keeps_what_waits(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    running = [await bench.start(sandbox_id, "echo up; sleep 600") for _ in range(bench.limits.max_running_per_sandbox)]
    for record in running:
        await bench.printed(record, b"up")
    waiting = await bench.start(sandbox_id, "echo later")
    await bench.below.sandboxes.renewal.restart(OWNER, sandbox_id)
    for record in running:
        ended = (await bench.ended(record)).record
        assert (ended.status, ended.error_type) == (Status.CANCELLED, Type.CANCELLED)
        assert ended.error_message == "The sandbox was restarted."
    assert (await bench.ended(waiting)).stdout == b"later\n"


async def test_a_machine_that_dies_loses_what_runs_in_it(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    record = await bench.start(sandbox_id, WAITING)
    await bench.printed(record, b"ready")
    await (await bench.below.sandboxes.attach(sandbox_id)).stop()
    ended = (await bench.ended(record)).record
    assert (ended.status, ended.error_type, ended.exit_code) == (Status.LOST, Type.LOST, None)
    await bench.below.reached(sandbox_id, SandboxStatus.ERROR)


async def test_shutting_down_cancels_and_says_so(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    running = await bench.start(sandbox_id, WAITING)
    await bench.printed(running, b"ready")
    await bench.executions.stop()
    ended = (await bench.ended(running)).record
    assert (ended.status, ended.error_message) == (Status.CANCELLED, "The server shut down.")
    with pytest.raises(InvalidState):
        await bench.start(sandbox_id, "true")


async def test_what_a_dead_server_ran_is_lost_with_what_it_printed(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    record = await bench.start(sandbox_id, WAITING)
    await bench.printed(record, b"ready")
    queued = await store_execution(owner="dead", status=Status.QUEUED)
    successor = bench.more()
    await successor.recover(exclusive=False)
    assert (await bench.executions.get(OWNER, record.id)).status is Status.RUNNING
    reading = asyncio.create_task(bench.ended(record))
    await until(lambda: bench.below.bus.subscriber_count() > 0)
    await successor.recover(exclusive=True)
    ended = await reading
    assert (ended.record.status, ended.record.error_type) == (Status.LOST, Type.LOST)
    assert (ended.stdout, ended.record.stdout_bytes, ended.record.last_sequence) == (b"ready\n", 6, 1)
    found = await successor.get("user", queued)
    assert (found.status, found.error_message) == (Status.LOST, "The server restarted while it ran.")


async def test_a_patrol_renews_leases_and_ends_what_nobody_runs(database: Database, tmp_path: Path) -> None:
    async with execution_bench(database, tmp_path, ExecutionLimits(lease_s=0.0)) as bench:
        sandbox_id = await bench.sandbox()
        record = await bench.start(sandbox_id, WAITING)
        await bench.printed(record, b"ready")
        owner = (await database["code_executions"].find_one({"_id": record.id}) or {})["owner"]
        forgotten = await store_execution(owner=owner)
        await bench.executions.patrol()
        assert (await bench.executions.get(OWNER, record.id)).status is Status.RUNNING

        async def lost() -> bool:
            await bench.executions.patrol()
            return (await bench.executions.get("user", forgotten)).status is Status.LOST

        await until(lost)
        bench.executions.start()


@pytest.mark.usefixtures("collections")
async def test_a_begin_whose_answer_was_lost_is_known_again() -> None:
    execution_id, at = await store_execution(status=Status.QUEUED), utcnow()
    first = await CodeExecution.begin(execution_id, at, 5)
    assert first is not None
    assert await CodeExecution.begin(execution_id, at, 5) == first
    assert await CodeExecution.begin(execution_id, at + timedelta(milliseconds=1), 5) is None


async def test_what_another_server_took_for_lost_is_stopped(database: Database, tmp_path: Path) -> None:
    async with execution_bench(database, tmp_path, ExecutionLimits(max_running_per_sandbox=1)) as bench:
        sandbox_id = await bench.sandbox()
        record = await bench.start(sandbox_id, WAITING)
        await bench.printed(record, b"ready")
        await bench.more().recover(exclusive=True)
        await bench.executions.patrol()
        assert (await bench.command(sandbox_id, "echo next")).stdout == b"next\n"
        assert (await bench.executions.get(OWNER, record.id)).status is Status.LOST


async def test_more_than_may_run_wait_and_more_than_may_wait_are_refused(database: Database, tmp_path: Path) -> None:
    limits = ExecutionLimits(max_running_per_sandbox=1, max_queued_per_sandbox=1)
    async with execution_bench(database, tmp_path, limits) as bench:
        sandbox_id = await bench.sandbox()
        first = await bench.start(sandbox_id, WAITING)
        await bench.printed(first, b"ready")
        second = await bench.start(sandbox_id, "echo second")
        with pytest.raises(TooManyExecutions):
            await bench.start(sandbox_id, "echo third")
        assert (await bench.executions.get(OWNER, second.id)).status is Status.QUEUED
        await bench.executions.cancel(OWNER, first.id)
        assert (await bench.ended(first)).record.status is Status.CANCELLED
        done = await bench.ended(second)
        assert done.stdout == b"second\n"
        third = await bench.start(sandbox_id, WAITING)
        await bench.printed(third, b"ready")
        waiting = await bench.start(sandbox_id, "echo never")
        await bench.executions.cancel(OWNER, waiting.id)
        cancelled = (await bench.ended(waiting)).record
        assert (cancelled.status, cancelled.started_at, cancelled.duration_ms) == (Status.CANCELLED, None, None)


async def test_of_many_at_once_no_more_than_may_wait_come_in(database: Database, tmp_path: Path) -> None:
    limits = ExecutionLimits(max_running_per_sandbox=1, max_queued_per_sandbox=1)
    async with execution_bench(database, tmp_path, limits) as bench:
        sandbox_id = await bench.sandbox()
        results = await asyncio.gather(*(bench.start(sandbox_id, WAITING) for _ in range(6)), return_exceptions=True)
        refused = [result for result in results if isinstance(result, TooManyExecutions)]
        assert len(refused) == 4
        assert await database["code_executions"].count_documents({}) == 2


async def test_stopping_the_sandbox_cancels_what_waits_for_it(database: Database, tmp_path: Path) -> None:
    async with execution_bench(database, tmp_path, ExecutionLimits(max_running_per_sandbox=1)) as bench:
        sandbox_id = await bench.sandbox()
        first = await bench.start(sandbox_id, WAITING)
        await bench.printed(first, b"ready")
        second = await bench.start(sandbox_id, "echo second")
        await bench.below.sandboxes.stop(OWNER, sandbox_id)
        assert (await bench.ended(first)).record.status is Status.CANCELLED
        ended = (await bench.ended(second)).record
        assert (ended.status, ended.started_at) == (Status.CANCELLED, None)
