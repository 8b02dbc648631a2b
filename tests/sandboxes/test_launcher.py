"""Sandboxes are started once, for owners and for projects."""

import asyncio

import pytest
from bson import ObjectId

from aura_gql.kernel.errors import IdempotencyMismatch
from aura_gql.kernel.page import PageRequest
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.records import SandboxFilter, SandboxStatus
from aura_gql.sandboxes.values import SandboxSize
from tests.sandboxes.test_events import store_pending
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.waiting import until

Status = SandboxStatus


async def test_the_same_key_gives_the_same_sandbox_at_once_and_later(bench: SandboxBench) -> None:
    project_id = await bench.project()
    first, *others = await asyncio.gather(
        *(bench.sandboxes.create(OWNER, project_id, idempotency_key="k") for _ in range(5))
    )
    assert {record.id for record in others} == {first.id}
    await bench.reached(first.id, Status.RUNNING)
    assert (await bench.sandboxes.create(OWNER, project_id, idempotency_key="k")).id == first.id
    other_wishes = [SandboxWish(size=SandboxSize.LARGE), SandboxWish(fallback=(SandboxProviderName.E2B,))]
    with pytest.raises(IdempotencyMismatch):
        await bench.sandboxes.create(OWNER, await bench.project(), idempotency_key="k")
    for wish in other_wishes:
        with pytest.raises(IdempotencyMismatch):
            await bench.sandboxes.create(OWNER, project_id, wish, idempotency_key="k")


async def test_start_for_project_takes_the_one_that_lives(bench: SandboxBench) -> None:
    project_id = await bench.project()
    await bench.sandboxes.start_for_project(OWNER, project_id, SandboxProviderName.LOCAL)
    await bench.sandboxes.start_for_project(OWNER, project_id, SandboxProviderName.LOCAL)
    live = await bench.sandboxes.live_for_projects([project_id, ObjectId()])
    assert list(live) == [project_id]
    assert live[project_id].status is Status.RUNNING
    page = await bench.sandboxes.list(OWNER, SandboxFilter(), PageRequest())
    assert len(page.items) == 1


async def test_start_for_project_does_not_fail_with_a_dead_server(bench: SandboxBench) -> None:
    project_id, sandbox_id = await bench.project(), await store_pending()
    mark = {"$set": {"project_id": project_id, "user_id": OWNER, "owner": "dead", "status": Status.STARTING.value}}
    await bench.database["sandbox_sessions"].update_one({"_id": sandbox_id}, mark)
    start = bench.sandboxes.start_for_project(OWNER, project_id, SandboxProviderName.LOCAL)
    starting = asyncio.create_task(start)
    await until(lambda: bench.bus.subscriber_count() > 0)
    await bench.sandboxes.reaper.recover(exclusive=True)
    await starting
    live = (await bench.sandboxes.live_for_projects([project_id]))[project_id]
    assert (live.status, live.id != sandbox_id) == (Status.RUNNING, True)


async def test_a_sandbox_that_comes_into_being_behind_a_deletion_is_taken_back(bench: SandboxBench) -> None:
    project_id = await bench.project()
    async with bench.sandboxes._creator._lock:
        start = bench.sandboxes.start_for_project(OWNER, project_id, SandboxProviderName.LOCAL)
        starting = asyncio.create_task(start)
        await until(lambda: bool(bench.sandboxes._creator._lock._waiters))
        await bench.database["projects"].update_one({"_id": project_id}, {"$set": {"status": "DELETING"}})
    with pytest.raises(ProjectNotFound):
        await starting
    assert await SandboxSession.find_live([project_id]) == []
    assert await bench.provider.list() == []


async def test_the_language_of_a_projects_start_command_is_noted(bench: SandboxBench) -> None:
    project_id = await bench.project()
    await bench.database["projects"].update_one({"_id": project_id}, {"$set": {"start_command": "python3 main.py"}})
    assert (await bench.sandboxes.create(OWNER, project_id)).language == "python"
