"""Code with a sandbox of its own: it runs, and nothing of it is left."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.executions.records import (
    ExecutionLanguage,
    ExecutionStatus,
    QuickRequest,
)
from aura_gql.files.errors import PathClash
from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import IdempotencyMismatch, InvalidInput, Unsupported
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ANYTHING
from aura_gql.sandboxes.errors import SandboxQuotaExceeded
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from aura_gql.sandboxes.values import SandboxFile
from tests.support.execution_bench import ExecutionBench, execution_bench
from tests.support.sandboxes import OWNER
from tests.support.waiting import until

Status = ExecutionStatus
BASH = ExecutionLanguage.BASH
WAITING = QuickRequest(BASH, "echo ready; sleep 1000")


async def nothing_left(bench: ExecutionBench) -> None:
    """Returns once no machine runs and every record says so."""

    async def gone() -> bool:
        live = await bench.below.database["sandbox_sessions"].count_documents(
            {"status": {"$nin": ["STOPPED", "ERROR"]}}
        )
        return live == 0 and not list(await bench.below.provider.list())

    await until(gone)


async def test_code_runs_with_its_files_and_leaves_nothing(bench: ExecutionBench) -> None:
    code = (
        "import os, sys\nfrom lib.words import WORD\nprint(WORD, sys.argv[1], sys.stdin.read(), os.environ['GREETING'])"
    )
    files = (SandboxFile("lib/words.py", b"WORD = 'found'\n"),)
    request = QuickRequest(
        ExecutionLanguage.PYTHON, code, files, args=("a b",), stdin=b"typed", env=(("GREETING", "grüß"),)
    )
    quick = bench.executions.quick_execute
    record, again = [await quick(OWNER, request, "key") for _ in range(2)]
    assert (record.id, record.status, record.is_temporary) == (again.id, Status.QUEUED, True)
    done = await bench.ended(record)
    assert done.stdout.decode() == "found a b typed grüß\n"
    await nothing_left(bench)
    sandbox = await bench.below.sandboxes.get(OWNER, record.sandbox_id)
    assert (sandbox.status, sandbox.status_reason) == (SandboxStatus.STOPPED, "Its execution has ended.")
    assert sandbox.is_temporary
    assert (await quick(OWNER, request, "key")).status is Status.COMPLETED
    with pytest.raises(IdempotencyMismatch):
        await quick(OWNER, replace(request, files=()), "key")
    assert (await bench.executions.get(OWNER, record.id)).status is Status.COMPLETED


async def test_what_else_runs_in_its_sandbox_stays_known_and_does_not_end_it(bench: ExecutionBench) -> None:
    quick = await bench.executions.quick_execute(OWNER, replace(WAITING, files=(SandboxFile("a", b"x"),)))
    await bench.printed(quick, b"ready")
    beside = await bench.command(quick.sandbox_id, "cat a; touch made")
    assert (beside.record.status, beside.stdout, beside.record.is_temporary) == (Status.COMPLETED, b"x", True)
    assert not beside.record.has_own_sandbox
    await bench.executions.patrol()
    assert (await bench.executions.get(OWNER, quick.id)).status is Status.RUNNING
    assert await bench.executions.get(OWNER, beside.record.id) == beside.record
    await bench.executions.cancel(OWNER, quick.id)
    await bench.ended(quick)
    await nothing_left(bench)

    database = bench.below.database
    for name, time in (("sandbox_sessions", "stopped_at"), ("code_executions", "finished_at")):
        index = (await database[name].index_information())[f"{time}_1"]
        assert (index["expireAfterSeconds"], index["partialFilterExpression"]) == (7 * 24 * 3600, {"temporary": True})
        assert await database[name].count_documents({"temporary": True, time: {"$ne": None}}) > 0
        assert await database[name].count_documents({"temporary": False}) == 0
    counters = database["file_change_counters"]
    assert (await counters.index_information())["expires_at_1"]["expireAfterSeconds"] == 0
    counted = await counters.find_one({"_id": quick.sandbox_id})
    assert counted is not None
    assert counted["expires_at"] is not None


async def test_it_is_removed_behind_a_cancellation_a_stop_and_a_crash(bench: ExecutionBench) -> None:
    cancelled = await bench.executions.quick_execute(OWNER, WAITING)
    await bench.printed(cancelled, b"ready")
    await bench.executions.cancel(OWNER, cancelled.id)
    assert (await bench.ended(cancelled)).record.status is Status.CANCELLED
    await nothing_left(bench)

    failing = await bench.executions.quick_execute(OWNER, replace(WAITING, files=(SandboxFile("tmp", b"x"),)))
    await bench.below.sandboxes.stop(OWNER, failing.sandbox_id)
    assert (await bench.ended(failing)).record.status is Status.CANCELLED
    await nothing_left(bench)

    lost = await bench.executions.quick_execute(OWNER, WAITING)
    await bench.printed(lost, b"ready")
    await bench.more().recover(exclusive=True)
    assert (await bench.ended(lost)).record.status is Status.LOST
    await nothing_left(bench)


async def test_one_whose_execution_was_never_stored_is_found_idle(database: Database, tmp_path: Path) -> None:
    async with execution_bench(database, tmp_path) as bench:
        record = await bench.executions.quick_execute(OWNER, QuickRequest(BASH, "true"))
        await bench.ended(record)
        await nothing_left(bench)
        orphan = await bench.below.sandboxes.temporary.launch(ObjectId(), OWNER, ANYTHING)
        running = await bench.below.reached(orphan.id, SandboxStatus.RUNNING)
        assert running.idle_stops_at == running.last_activity_at + timedelta(seconds=SandboxLimits().start_timeout_s)
        long_ago = {"$set": {"last_activity_at": running.last_activity_at - timedelta(hours=1)}}
        await database["sandbox_sessions"].update_one({"_id": orphan.id}, long_ago)

        async def stopped() -> bool:
            await bench.below.sandboxes.reaper.patrol()
            return (await bench.below.sandboxes.get(OWNER, orphan.id)).status is SandboxStatus.STOPPED

        await until(stopped)


async def test_it_counts_as_a_sandbox(database: Database, tmp_path: Path) -> None:
    limits = SandboxLimits(max_per_user=1)
    async with execution_bench(database, tmp_path, sandbox_limits=limits) as bench:
        first = await bench.executions.quick_execute(OWNER, WAITING)
        with pytest.raises(SandboxQuotaExceeded):
            await bench.executions.quick_execute(OWNER, WAITING)
        assert (await bench.below.operations.look(OWNER)).used == 1
        assert await database["code_executions"].count_documents({}) == 1
        await bench.executions.cancel(OWNER, first.id)
        await bench.ended(first)
        await nothing_left(bench)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"files": (SandboxFile("../up", b""),)}, ("files", "0", "path")),
        ({"files": (SandboxFile("a", b""), SandboxFile("A", b""))}, ("files", "0", "path")),
        ({"files": (SandboxFile("a", b""),) * 101}, ("files",)),
        ({"files": (SandboxFile("a", bytes(5 * 1024 * 1024)),)}, ("files",)),
        ({"code": "x" * 300_000}, ("code",)),
        ({"dependencies": ("requests",)}, ("dependencies",)),
        ({"dependencies": ("git+https://example.com/x",), "language": ExecutionLanguage.PYTHON}, ("dependencies", "0")),
        ({"dependencies": ("requests",), "language": ExecutionLanguage.PYTHON}, ("dependencies",)),
        ({"provider": SandboxProviderName.E2B}, ("provider",)),
    ],
)
async def test_what_can_not_be_is_refused_by_name(
    bench: ExecutionBench, change: dict[str, object], field: tuple[str, ...]
) -> None:
    with pytest.raises((InvalidInput, PathClash, Unsupported)) as caught:
        await bench.executions.quick_execute(OWNER, replace(WAITING, **change))  # type: ignore[arg-type]
    assert caught.value.field == field
    assert await bench.below.database["sandbox_sessions"].count_documents({}) == 0
