"""How often a user may do things with sandboxes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aura_gql.executions.records import CommandRequest
from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import IdempotencyMismatch, RateLimited
from aura_gql.sandboxes.errors import SandboxNotRunning
from aura_gql.sandboxes.records import SandboxStatus
from tests.support.api import Data, running_api
from tests.support.execution_bench import ExecutionBench, execution_bench
from tests.support.journeys import ready_project
from tests.support.sandboxes import OWNER

LIMIT = 5


@pytest.fixture
async def few(database: Database, tmp_path: Path) -> AsyncIterator[ExecutionBench]:
    """A server where a user has five operations."""
    tmp_path.chmod(0o755)
    async with execution_bench(database, tmp_path, max_operations=LIMIT) as bench:
        yield bench


async def used(bench: ExecutionBench, user_id: str = OWNER) -> int:
    return (await bench.below.operations.look(user_id)).used


async def test_starts_and_runs_are_counted_together(few: ExecutionBench) -> None:
    project_id = await few.below.project()
    sandboxes, executions = few.below.sandboxes, few.executions
    sandbox = await sandboxes.create(OWNER, project_id, idempotency_key="k")
    request = CommandRequest(sandbox.id, "sleep 60")
    running = [await executions.run_command(OWNER, request, f"run {number}") for number in range(LIMIT - 1)]
    assert await used(few) == LIMIT
    with pytest.raises(RateLimited) as refused:
        await executions.run_command(OWNER, request)
    assert set(refused.value.details) == {"retryAfterS", "limit"}
    with pytest.raises(RateLimited):
        await sandboxes.create(OWNER, project_id)
    # What is known by its key is answered all the same, and what runs can be ended.
    assert (await sandboxes.create(OWNER, project_id, idempotency_key="k")).id == sandbox.id
    assert (await executions.run_command(OWNER, request, "run 1")).id == running[1].id
    for execution in running:
        await executions.cancel(OWNER, execution.id)
    await sandboxes.stop(OWNER, sandbox.id)
    await few.below.reached(sandbox.id, SandboxStatus.STOPPED)
    assert await used(few) == LIMIT
    assert await used(few, "other") == 0


async def test_the_same_key_counts_once(few: ExecutionBench) -> None:
    project_id = await few.below.project()
    sandbox = await few.below.sandboxes.create(OWNER, project_id, idempotency_key="k")
    await few.below.sandboxes.create(OWNER, project_id, idempotency_key="k")
    assert await used(few) == 1
    request = CommandRequest(sandbox.id, "true")
    await asyncio.gather(*(few.executions.run_command(OWNER, request, "k") for _ in range(3)))
    await few.executions.run_command(OWNER, request, "k")
    assert await used(few) == 2
    with pytest.raises(IdempotencyMismatch):
        await few.executions.run_command(OWNER, CommandRequest(sandbox.id, "false"), "k")
    assert await used(few) == 2


async def test_two_at_once_with_the_same_key_count_once(few: ExecutionBench, monkeypatch: pytest.MonkeyPatch) -> None:
    project_id, operations = await few.below.project(), few.below.operations
    take, both = operations.take, asyncio.Barrier(2)

    async def take_together(key: str, amount: int = 1) -> int:
        """Neither goes on before both have found that there is no sandbox yet."""
        await both.wait()
        return await take(key, amount)

    monkeypatch.setattr(operations, "take", take_together)
    calls = (few.below.sandboxes.create(OWNER, project_id, idempotency_key="k") for _ in range(2))
    first, second = await asyncio.gather(*calls)
    assert first.id == second.id
    assert await used(few) == 1


async def test_what_can_not_run_does_not_count_and_stopping_counts_once(few: ExecutionBench) -> None:
    sandbox_id = await few.sandbox()
    for _ in range(3):
        await few.below.sandboxes.stop(OWNER, sandbox_id)
    assert await used(few) == 2
    with pytest.raises(SandboxNotRunning):
        await few.start(sandbox_id, "true")
    assert await used(few) == 2


async def test_http_tells_when_to_try_again(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    mutation = "mutation ($id: ID!) { createSandbox(input: {projectId: $id}) { sandbox { id } errors { code } } }"
    async with running_api(mongodb_uri, tmp_path, database, rates={"sandbox_operations_limit": 1}) as api:
        ada = await api.sign_in("ada")
        project_id = await ready_project(ada)

        async def create() -> Any:
            body: Data = {"query": mutation, "variables": {"id": project_id}}
            return await api.http.post("/graphql", json=body, headers={"authorization": f"Bearer {ada.bearer}"})

        assert "retry-after" not in (await create()).headers
        refused = await create()
    (error,) = refused.json()["errors"]
    assert (refused.status_code, refused.json()["data"]) == (200, None)
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert refused.headers["retry-after"] == str(error["extensions"]["retryAfterS"])
    assert 0 < error["extensions"]["retryAfterS"] <= 900
