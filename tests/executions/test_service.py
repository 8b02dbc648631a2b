"""Who may run what, once, and what is kept of it."""

import asyncio

import pytest
from bson import ObjectId

from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.errors import ExecutionNotFound
from aura_gql.executions.records import CodeRequest, CommandRequest, ExecutionLanguage, ExecutionStatus, OutputTotals
from aura_gql.kernel.errors import IdempotencyMismatch, InvalidInput
from aura_gql.kernel.page import PageRequest
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.records import ProjectStatus
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from tests.support.execution_bench import ExecutionBench
from tests.support.sandboxes import OWNER
from tests.support.waiting import until


async def test_the_same_key_runs_once(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    request = CommandRequest(sandbox_id, "echo run >> log; cat log")
    records = await asyncio.gather(*(bench.executions.run_command(OWNER, request, "k") for _ in range(5)))
    assert len({record.id for record in records}) == 1
    assert (await bench.ended(records[0])).stdout == b"run\n"
    again = await bench.executions.run_command(OWNER, request, "k")
    assert (again.id, again.status) == (records[0].id, ExecutionStatus.COMPLETED)
    with pytest.raises(IdempotencyMismatch):
        await bench.executions.run_command(OWNER, CommandRequest(sandbox_id, "other"), "k")
    await bench.below.sandboxes.stop(OWNER, sandbox_id)
    assert (await bench.executions.run_command(OWNER, request, "k")).id == records[0].id


async def test_an_execution_waits_for_its_sandbox_and_sees_the_saved_files(bench: ExecutionBench) -> None:
    project_id = await bench.below.project({"main.py": b"print('one')\n"})
    sandbox = await bench.below.sandboxes.create(OWNER, project_id)
    assert (await bench.command(sandbox.id, "python3 main.py")).stdout == b"one\n"
    await bench.below.files.save(OWNER, project_id, "main.py", b"print('two')\n", 1)
    assert (await bench.command(sandbox.id, "python3 main.py")).stdout == b"two\n"


async def test_a_sandbox_that_ended_is_refused(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    await bench.below.sandboxes.stop(OWNER, sandbox_id)
    with pytest.raises(SandboxNotRunning, match="Its owner stopped it") as caught:
        await bench.start(sandbox_id, "true")
    assert caught.value.field == ("sandboxId",)


async def test_someone_elses_is_a_missing_one(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    record = (await bench.command(sandbox_id, "true")).record
    for missing in (record.id, ObjectId()):
        with pytest.raises(ExecutionNotFound):
            await bench.executions.get("other", missing)
        with pytest.raises(ExecutionNotFound):
            await bench.executions.cancel("other", missing)
        with pytest.raises(ExecutionNotFound):
            await anext(bench.executions.output("other", missing))
    with pytest.raises(SandboxNotFound):
        await bench.executions.run_command("other", CommandRequest(sandbox_id, "true"))
    assert await bench.executions.get_many("other", [record.id]) == {}
    assert list(await bench.executions.get_many(OWNER, [record.id, ObjectId()])) == [record.id]


async def test_bad_input_leaves_nothing(bench: ExecutionBench) -> None:
    request = CodeRequest(await bench.sandbox(), ExecutionLanguage.PYTHON, "", timeout_ms=-1)
    with pytest.raises(InvalidInput):
        await bench.executions.execute_code(OWNER, request)
    assert await CodeExecution.find_open() == []


async def test_executions_of_a_sandbox_are_paged(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    ids = [(await bench.command(sandbox_id, f"exit {number}")).record.id for number in range(3)]
    first = await bench.executions.list_for_sandbox(OWNER, sandbox_id, PageRequest(2))
    assert [record.id for record in first.items] == [ids[2], ids[1]]
    assert (first.has_next, await first.count()) == (True, 3)
    rest = await bench.executions.list_for_sandbox(OWNER, sandbox_id, PageRequest(2, first.cursors[-1]))
    assert [record.id for record in rest.items] == [ids[0]]
    with pytest.raises(InvalidInput):
        await bench.executions.list_for_sandbox(OWNER, sandbox_id, PageRequest(2, "WyJ4Il0"))


async def test_deleting_a_project_ends_and_forgets_its_executions(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    done = (await bench.command(sandbox_id, "echo done")).record
    running = await bench.start(sandbox_id, "echo ready; sleep 1000")
    await bench.printed(running, b"ready")
    await bench.executions.remove_project(running.project_id)
    await bench.executions.remove_project(running.project_id)
    for record in (done, running):
        assert await CodeExecution.find_record(record.id) is None
        assert await ExecutionOutput.totals(record.id) == OutputTotals()


async def test_an_execution_behind_a_deletion_leaves_nothing(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    sandbox = await bench.below.sandboxes.get(OWNER, sandbox_id)
    deleting = {"status": ProjectStatus.DELETING.value}
    assert await ProjectDocument.change({"_id": sandbox.project_id}, deleting, "Deleted.") is not None
    record = await bench.start(sandbox_id, "echo late")

    async def forgotten() -> bool:
        return await CodeExecution.find_record(record.id) is None

    await until(forgotten)
    assert await ExecutionOutput.totals(record.id) == OutputTotals()


async def test_nothing_runs_any_more_where_executions_are_removed(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    sandbox = await bench.below.sandboxes.get(OWNER, sandbox_id)
    await bench.executions.remove_project(sandbox.project_id)
    with pytest.raises(SandboxNotRunning):
        await bench.start(sandbox_id, "echo more")


async def test_a_reader_that_leaves_in_the_middle_leaves_nothing(bench: ExecutionBench) -> None:
    record = await bench.start(await bench.sandbox(), "echo ready; sleep 1000")
    await bench.printed(record, b"ready")
    assert bench.below.bus.subscriber_count() == 0
