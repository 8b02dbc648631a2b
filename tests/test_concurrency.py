"""Many at once: one winner where there may be one, and nothing left of what is deleted meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.projects.records import InitialisationStep
from tests.support.api import Api, Data, Member, running_api
from tests.support.attempts import ask
from tests.support.journeys import ready_project, running_sandbox, template_id
from tests.support.operations import CREATE, RUN, SAVE, START
from tests.support.waiting import until

DELETE = "mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { errors { code } } }"
FILE = 'query ($id: ID!) { project(id: $id) { revision file(path: "a.txt") { version content } } }'
OF_PROJECTS = ("projects", "project_files", "file_versions", "project_storage", "sandbox_sessions", "code_executions")
COLLECTIONS = (*OF_PROJECTS, "execution_output")


@pytest.fixture
async def server(mongodb_uri: str, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(mongodb_uri, tmp_path, database) as running:
        yield running


async def create(member: Member, **fields: object) -> str:
    wish = {"name": "A project", "templateId": await template_id(member), **fields}
    payload: Data = (await member.execute(CREATE, input=wish))["createProject"]
    assert payload["errors"] == []
    return str(payload["project"]["id"])


async def test_one_key_makes_one_project_however_many_ask(server: Api, database: Database) -> None:
    ada = await server.sign_in("ada")

    ids = await asyncio.gather(*(create(ada, idempotencyKey="one", autoStartSandbox=True) for _ in range(20)))

    assert len(set(ids)) == 1
    await until(lambda: is_ready(ada, ids[0]))
    counts = {name: await database[name].count_documents({}) for name in ("projects", "sandbox_sessions")}
    assert counts == {"projects": 1, "sandbox_sessions": 1}
    await until(lambda: database["project_templates"].find_one({"popularity": 1}))
    assert await database["projects"].count_documents({"use_pending": True}) == 0


async def is_ready(member: Member, id: str) -> bool:
    found = await member.execute("query ($id: ID!) { project(id: $id) { status } }", id=id)
    return bool(found["project"]["status"] == "READY")


@pytest.mark.parametrize("version", [0, 1])
async def test_of_saves_of_one_version_one_wins(server: Api, database: Database, version: int) -> None:
    ada = await server.sign_in("ada")
    project = await ready_project(ada)
    wish: Data = {"projectId": project, "path": "a.txt"}
    if version:
        assert await ask(ada, SAVE, input={**wish, "content": "before"}) == []
    before = (await ada.execute(FILE, id=project))["project"]["revision"]

    saves = [{**wish, "content": f"by {number}", "expectedVersion": version} for number in range(10)]
    outcomes = await asyncio.gather(*(ask(ada, SAVE, input=save) for save in saves))

    assert Counter(map(tuple, outcomes)) == {(): 1, ("CONFLICT",): 9}
    after = (await ada.execute(FILE, id=project))["project"]
    winner = outcomes.index([])
    assert after == {"revision": before + 1, "file": {"version": version + 1, "content": f"by {winner}"}}
    assert await database["file_versions"].count_documents({"path": "a.txt"}) == version + 1


async def test_a_quota_holds_however_many_ask(server: Api, database: Database) -> None:
    ada = await server.sign_in("ada")
    project = await ready_project(ada)

    outcomes = await asyncio.gather(*(ask(ada, START, input={"projectId": project}) for _ in range(20)))

    assert Counter(map(tuple, outcomes)) == {(): 5, ("QUOTA_EXCEEDED",): 15}
    assert await database["sandbox_sessions"].count_documents({}) == 5


Meanwhile = Callable[[Member, str], Coroutine[Any, Any, None]]


async def saving(member: Member, project: str) -> None:
    """Save until the project is gone."""
    for number in range(10_000):
        wish = {"projectId": project, "path": f"{number}.txt", "content": f"{number}" * 100}
        if await ask(member, SAVE, input=wish) == ["NOT_FOUND"]:
            return


async def starting(member: Member, project: str) -> None:
    """Start sandboxes until the project is gone."""
    for _ in range(10_000):
        if await ask(member, START, input={"projectId": project}) == ["NOT_FOUND"]:
            return


async def running(member: Member, project: str) -> None:
    """Run commands that print until the sandbox is gone."""
    found = await member.execute("query ($id: ID!) { project(id: $id) { sandbox { id } } }", id=project)
    if found["project"] is None or found["project"]["sandbox"] is None:
        return
    wish = {"sandboxId": found["project"]["sandbox"]["id"], "command": "while :; do echo line; sleep 0.01; done"}
    for _ in range(10_000):
        if await ask(member, RUN, input=wish) in (["NOT_FOUND"], ["INVALID_STATE"]):
            return


async def until_step(member: Member, project: str, wanted: InitialisationStep) -> None:
    """Hear of the step, or of a later one."""
    steps = list(InitialisationStep)
    subscription = "subscription ($id: ID!) { projectChanged(id: $id) { step } }"
    async with aclosing(member.subscribe(subscription, id=project)) as events:
        async for data in events:
            if steps.index(InitialisationStep(data["projectChanged"]["step"])) >= steps.index(wanted):
                return


@pytest.mark.parametrize("auto_start", [False, True])
async def test_a_deletion_during_the_initialisation_leaves_nothing(
    server: Api, database: Database, tmp_path: Path, auto_start: bool
) -> None:
    ada = await server.sign_in("ada")
    for step in InitialisationStep:
        project = await create(ada, autoStartSandbox=auto_start)
        await until_step(ada, project, step)
        assert await ask(ada, DELETE, input={"projectId": project}) == []
    await assert_nothing_left(database, tmp_path)


@pytest.mark.parametrize(
    ("meanwhile", "collection"),
    [(saving, "file_versions"), (starting, "sandbox_sessions"), (running, "execution_output")],
)
async def test_a_deletion_in_the_middle_of_work_leaves_nothing(
    server: Api, database: Database, tmp_path: Path, meanwhile: Meanwhile, collection: str
) -> None:
    ada = await server.sign_in("ada")
    project = await ready_project(ada)
    if meanwhile is running:
        await running_sandbox(ada, project)
    work = [asyncio.create_task(meanwhile(ada, project)) for _ in range(4)]
    first = await database[collection].count_documents({})

    async def under_way() -> bool:
        return await database[collection].count_documents({}) > first

    await until(under_way)
    assert await ask(ada, DELETE, input={"projectId": project}) == []
    await asyncio.gather(*work)
    await assert_nothing_left(database, tmp_path)


async def assert_nothing_left(database: Database, folder: Path) -> None:
    """No document, no blob, no sandbox: once the deletion and what it overtook have ended."""

    async def is_gone() -> bool:
        jobs = await database["jobs"].count_documents({"state": {"$in": ["QUEUED", "RUNNING"]}})
        return not jobs and await database["projects"].count_documents({}) == 0

    await until(is_gone)

    async def left() -> dict[str, int]:
        rows = {name: await database[name].count_documents({}) for name in COLLECTIONS}
        rows["blobs"] = sum(1 for path in (folder / "blobs" / "projects").rglob("*") if path.is_file())
        disks = folder / "sandboxes"
        names = [path.name for path in disks.iterdir()] if disks.exists() else []
        rows["disks"] = sum(1 for name in names if not name.startswith("."))
        return {name: count for name, count in rows.items() if count}

    async def is_clean() -> bool:
        return await left() == {}

    try:
        await until(is_clean)
    except AssertionError:
        assert await left() == {}
