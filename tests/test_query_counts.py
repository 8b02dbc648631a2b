"""Lists cost as many queries for twenty items as for two, whatever is asked of each item."""

import asyncio
import functools
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId

from aura_gql.app import create_app
from aura_gql.auth.service import AuthService
from aura_gql.graph.nodes import to_global_id
from aura_gql.infra import mongo
from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.ids import parse_global_id
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.records import SandboxStatus
from aura_gql.server import Surroundings
from tests.support.api import SECRET, Data, Member, settings_for
from tests.support.commands_sent import CommandsSent, Sent
from tests.support.graph import client_of
from tests.support.journeys import template_id
from tests.support.operations import CREATE
from tests.support.waiting import until

FEW, MANY = 2, 20
PAGE = "totalCount pageInfo { hasNextPage endCursor }"
TEMPLATE = """slug about: readme files { path size content base64 } file(path: "README.md") { content }
    dependencies { name version }"""
SANDBOX = "status projectId usage { seconds costCents }"
RUNS = "providers { provider isSupported reason }"
PROJECT = f"""name configuration {{ typescript }} template {{ {TEMPLATE} }} files {{ path content }} folders {{ path }}
    main: file(path: "main.py") {{ content }} readme: file(path: "README.md") {{ version }} sandbox {{ status }}"""
LISTS = {
    "templates": f"query ($first: Int!) {{ templates(first: $first) {{ {PAGE} nodes {{ {TEMPLATE} {RUNS} }} }} }}",
    "projects": f"query ($first: Int!) {{ projects(first: $first) {{ {PAGE} nodes {{ {PROJECT} }} }} }}",
    "sandboxes": f"query ($first: Int!) {{ sandboxes(first: $first) {{ {PAGE} nodes {{ {SANDBOX} }} }} }}",
}
NODES = f"""query ($ids: [ID!]!) {{ nodes(ids: $ids) {{
    id ... on Project {{ {PROJECT} }} ... on Template {{ {TEMPLATE} }} ... on Sandbox {{ status }}
}} }}"""


@dataclass
class World:
    """A server that is listened to, and a user with many projects, each with a sandbox."""

    member: Member
    commands: CommandsSent
    ids: dict[str, list[str]]

    async def cost(self, query: str, **variables: Any) -> tuple[Data, Sent]:
        """The data of an operation, and what it asked of the database."""
        with self.commands.counting() as sent:
            data = await self.member.execute(query, **variables)
        return data, sent


@pytest.fixture
async def world(
    mongodb_uri: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    commands = CommandsSent()
    monkeypatch.setattr(mongo, "Client", functools.partial(mongo.Client, event_listeners=[commands]))
    app = create_app(
        settings_for(tmp_path, database.name, graph={"max_query_cost": 1_000_000}),
        Surroundings(mongodb_uri, SECRET, is_exclusive=True),
    )
    async with app.router.lifespan_context(app), client_of(app) as http:
        session = await AuthService(database, SECRET).sign_in("ada@example.com")
        ada = Member(http, "", session.bearer)
        projects = await ready_projects(ada)
        sandboxes = [await sandbox_elsewhere(database, ada, project) for project in projects]
        found = await ada.execute("{ templates(first: 100) { nodes { id } } }")
        templates = [node["id"] for node in found["templates"]["nodes"]]
        yield World(ada, commands, {"projects": projects, "sandboxes": sandboxes, "templates": templates})


async def ready_projects(member: Member) -> list[str]:
    wish = {"name": "A project", "templateId": await template_id(member)}
    made = await asyncio.gather(*(member.execute(CREATE, input=wish) for _ in range(MANY)))

    async def are_ready() -> bool:
        listed = await member.execute("{ projects(filter: {status: READY}) { totalCount } }")
        return bool(listed["projects"]["totalCount"] == MANY)

    await until(are_ready)
    return [data["createProject"]["project"]["id"] for data in made]


async def sandbox_elsewhere(database: Database, member: Member, project: str) -> str:
    """A sandbox that another living server holds, so that this one lets it be."""
    parsed = parse_global_id(project)
    viewer = await member.execute("{ viewer { id } }")
    user = parse_global_id(viewer["viewer"]["id"])
    assert parsed
    assert user
    now = utcnow()
    session = SandboxSession(
        id=ObjectId(),
        user_id=user.key,
        project_id=ObjectId(parsed.key),
        provider=SandboxProviderName.LOCAL,
        status=SandboxStatus.RUNNING,
        event_sequence=1,
        owner=secrets.token_hex(4),
        lease_until=now + timedelta(hours=1),
        created_at=now,
        updated_at=now,
        last_activity_at=now,
        expires_at=now + timedelta(hours=1),
    )
    await SandboxSession.add(session)
    return str(to_global_id("Sandbox", session.id))


async def test_lists_ask_as_often_for_many_as_for_few(world: World) -> None:
    for name, query in LISTS.items():
        few, sent_for_few = await world.cost(query, first=FEW)
        many, sent_for_many = await world.cost(query, first=MANY)

        lengths = (len(few[name]["nodes"]), len(many[name]["nodes"]))
        assert lengths == (FEW, min(MANY, len(world.ids[name]))), name
        assert sent_for_many == sent_for_few, name
        # The session, the page and its count, and one for each kind of thing that the items have.
        assert 3 <= sent_for_few.total() <= 11, sent_for_few
        assert not [command for command, _ in sent_for_few if command not in ("find", "aggregate")]


async def test_nodes_ask_as_often_for_many_as_for_few(world: World) -> None:
    kinds = world.ids.values()
    few, sent_for_few = await world.cost(NODES, ids=[id for ids in kinds for id in ids[:FEW]])
    many, sent_for_many = await world.cost(NODES, ids=[id for ids in kinds for id in ids[:MANY]])

    assert (len(few["nodes"]), len(many["nodes"]) > 5 * FEW) == (3 * FEW, True)
    assert None not in few["nodes"] + many["nodes"]
    assert sent_for_many == sent_for_few


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_who_asks_is_one_question(world: World, accept: str) -> None:
    question = {"query": "{ viewer { email isAdmin } rateLimit { remaining } }"}
    form = {"operations": (None, json.dumps(question)), "map": (None, "{}")}
    signed_in, preflight = (
        {"authorization": f"Bearer {world.member.bearer}", "accept": accept},
        {"graphql-preflight": "1"},
    )
    requests: list[dict[str, Any]] = [{"json": question}, {"files": form, "headers": preflight}]
    for request in requests:
        request["headers"] = signed_in | request.get("headers", {})
        with world.commands.counting() as sent:
            answer = await world.member.http.post("/graphql", **request)
        assert "ada@example.com" in answer.text
        assert sent == {("aggregate", "session"): 1}


async def test_a_query_for_each_item_would_be_seen(world: World) -> None:
    first, second = world.ids["projects"][:2]
    one, sent_for_one = await world.cost(f'{{ a: project(id: "{first}") {{ name }} }}')
    two, sent_for_two = await world.cost(
        f'{{ a: project(id: "{first}") {{ name }} b: project(id: "{second}") {{ name }} }}'
    )

    assert (len(one), len(two)) == (1, 2)
    assert sent_for_two - sent_for_one == {("find", "projects"): 1}
