"""What counts as the same input under an idempotency key, and what a refusal leaves of the key."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aura_gql.infra.mongo import Database
from tests.support.api import Api, Data, Member, running_api
from tests.support.attempts import ask
from tests.support.journeys import ready_project, running_sandbox, template_id
from tests.support.operations import CODE, CREATE, RUN, START
from tests.support.terminal_journeys import OPEN

DELETE = "mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { errors { code } } }"
STOP = "mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { errors { code } } }"
LITERAL = """mutation { createProject(input: {
    idempotencyKey: "key" configuration: { additionalDependencies: [] typescript: null } templateId: "%s" name: "Same"
}) { project { id } errors { code } } }"""
ENVIRONMENT = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]

SAME: dict[str, tuple[str, Data, list[Data]]] = {
    "createProject": (
        CREATE,
        {"name": "Same"},
        [
            {"description": None},
            {"description": ""},
            {"configuration": None},
            {"configuration": {}},
            {"configuration": {"additionalDependencies": [], "eslint": None}},
            {"sandboxProvider": None, "autoStartSandbox": False},
        ],
    ),
    "createSandbox": (START, {}, [{"provider": None}]),
    "executeCode": (
        CODE,
        {"language": "PYTHON", "code": "print(1)"},
        [{"args": []}, {"stdin": "", "env": []}, {"timeoutMs": None}],
    ),
    "runCommand": (
        RUN,
        {"command": "true", "env": ENVIRONMENT},
        [{"cwd": "."}, {"cwd": ""}, {"cwd": "a/../"}, {"env": ENVIRONMENT[::-1]}, {"args": [], "timeoutMs": None}],
    ),
    "openTerminal": (OPEN, {"command": ["true"]}, [{"cwd": "."}, {"columns": 80, "rows": 24}]),
}
OTHER: dict[str, list[Data]] = {
    "createProject": [
        {"name": "Other"},
        {"description": "x"},
        {"autoStartSandbox": True},
        {"sandboxProvider": "LOCAL"},
    ],
    "createSandbox": [{"provider": "LOCAL"}],
    "executeCode": [{"code": "print(2)"}, {"args": [""]}, {"timeoutMs": 30_000}, {"stdin": " "}],
    "runCommand": [{"command": "false"}, {"cwd": "a"}, {"env": ENVIRONMENT[:1]}, {"timeoutMs": 1}],
    "openTerminal": [{"command": None}, {"cwd": "a"}, {"columns": 81}, {"rows": 25}],
}


@pytest.fixture
async def server(mongodb_uri: str, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    files: dict[str, object] = {"max_projects_per_user": 2}
    async with running_api(mongodb_uri, tmp_path, database, files=files) as running:
        yield running


async def done(member: Member, query: str, wish: Data) -> Any:
    """The id of what a mutation made."""
    (payload,) = (await member.execute(query, input=wish)).values()
    assert payload.pop("errors") == []
    (thing,) = payload.values()
    return thing["id"]


async def test_fields_left_out_or_null_or_in_another_order_are_the_same_input(server: Api) -> None:
    ada = await server.sign_in("ada")
    project, template = await ready_project(ada), await template_id(ada)
    sandbox = await running_sandbox(ada, project)
    about: dict[str, Data] = {
        "createProject": {"templateId": template},
        "createSandbox": {"projectId": project},
        "executeCode": {"sandboxId": sandbox},
        "runCommand": {"sandboxId": sandbox},
        "openTerminal": {"sandboxId": sandbox},
    }
    for mutation, (query, fields, variants) in SAME.items():
        wish = {**about[mutation], **fields, "idempotencyKey": "key"}
        first = await done(ada, query, wish)
        for variant in [{}, *variants]:
            reordered = dict(reversed({**wish, **variant}.items()))
            assert await done(ada, query, reordered) == first, (mutation, variant)
        for other in OTHER[mutation]:
            assert await ask(ada, query, input={**wish, **other}) == ["IDEMPOTENCY_MISMATCH"], (mutation, other)
        if mutation == "createProject":
            literal = (await ada.execute(LITERAL % template))["createProject"]
            assert literal == {"project": {"id": first}, "errors": []}


async def test_a_refused_call_has_used_up_nothing(server: Api) -> None:
    ada = await server.sign_in("ada")
    template = await template_id(ada)
    projects = [await ready_project(ada), await ready_project(ada)]
    wish: Data = {"name": "x", "templateId": template, "idempotencyKey": "key"}

    assert await ask(ada, CREATE, input=wish) == ["INVALID_INPUT"]
    wish["name"] = "Corrected"
    for _ in range(2):
        assert await ask(ada, CREATE, input=wish) == ["QUOTA_EXCEEDED"]
    assert await ask(ada, CREATE, input={**wish, "name": "Another"}) == ["IDEMPOTENCY_MISMATCH"]
    assert await ask(ada, DELETE, input={"projectId": projects[1]}) == []
    ids = await asyncio.gather(*(done(ada, CREATE, wish) for _ in range(5)))
    assert len(set(ids)) == 1

    sandbox = await running_sandbox(ada, projects[0])
    assert await ask(ada, STOP, input={"sandboxId": sandbox}) == []
    run: Data = {"sandboxId": sandbox, "command": "true", "idempotencyKey": "key"}
    for _ in range(2):
        assert await ask(ada, RUN, input=run) == ["INVALID_STATE"]


async def test_what_was_deleted_is_not_made_again(server: Api) -> None:
    ada = await server.sign_in("ada")
    wish: Data = {"name": "Deleted", "templateId": await template_id(ada), "idempotencyKey": "key"}
    project = await done(ada, CREATE, wish)
    assert await ask(ada, DELETE, input={"projectId": project}) == []
    for _ in range(3):
        assert await ask(ada, CREATE, input=wish) == ["NOT_FOUND"]
