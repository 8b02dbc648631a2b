"""The same call under one key: across a crash at any step, in two servers at once, and told apart from others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from bson import ObjectId

from aura_gql.auth.service import AuthService
from aura_gql.infra.mongo import Database
from aura_gql.kernel.ids import parse_global_id
from aura_gql.sandboxes.providers.local.memory import process_tree
from tests.support.api import SECRET, Data, Member
from tests.support.commands import RunningServer, running
from tests.support.journeys import ready_project, running_sandbox, template_id
from tests.support.mongo import scratch_folder
from tests.support.mongo_proxy import HoldingProxy, Side
from tests.support.mongod import alive
from tests.support.operations import CODE, CREATE, RUN, START, UPLOAD
from tests.support.waiting import until

QUERIES = {"createProject": CREATE, "createSandbox": START, "executeCode": CODE, "runCommand": RUN}
OTHER: Mapping[str, Data] = {
    "createProject": {"name": "Another name"},
    "createSandbox": {"provider": "LOCAL"},
    "executeCode": {"code": "print(2)"},
    "runCommand": {"command": "echo 2"},
    "uploadFiles": {"files": [{"path": "other.txt", "file": None}]},
}


@dataclass
class Call:
    """A mutation under a key of its own."""

    mutation: str
    wish: Data
    claimed: ObjectId | None = None

    async def ask(self, member: Member, **changes: object) -> Any:
        """The id of what came of it, or the versions of the files; the code of its error."""
        wish = {**self.wish, **changes}
        if self.mutation == "uploadFiles":
            data = await member.upload(UPLOAD, {"input": wish}, {"variables.input.files.0.file": b"data"})
        else:
            data = await member.execute(QUERIES[self.mutation], input=wish)
        payload = data[self.mutation]
        if payload["errors"]:
            return payload["errors"][0]["code"]
        if self.mutation == "uploadFiles":
            return [(file["path"], file["version"], file["revision"]) for file in payload["files"]]
        (thing,) = (value for name, value in payload.items() if name != "errors")
        return thing["id"]


@dataclass
class Place:
    """A database and a folder, and the servers that use them."""

    uri: str
    database: Database
    folder: Path
    bearers: dict[str, str] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def server(self, name: str, port: int | None = None) -> AsyncIterator[RunningServer]:
        """`aura-gql serve`, whose MongoDB is at `port`. Waited for in a thread, as this loop runs the proxy."""
        settings = {
            "DATABASE_URL": self.uri if port is None else f"mongodb://127.0.0.1:{port}/?directConnection=true",
            "MONGODB_DB_NAME": self.database.name,
            "BETTER_AUTH_SECRET": SECRET,
            "BLOB_DIRECTORY": str(self.folder / "blobs"),
            "DATA_DIRECTORY": str(self.folder / name),
        }
        process = running("serve", cwd=self.folder, settings=settings)
        server = await asyncio.to_thread(process.__enter__)
        try:
            yield server
        finally:
            await asyncio.to_thread(process.__exit__, None, None, None)

    @contextlib.asynccontextmanager
    async def client(self, server: RunningServer, user: str) -> AsyncIterator[Member]:
        """A user of a server."""
        if user not in self.bearers:
            session = await AuthService(self.database, SECRET).sign_in(f"{user}@example.com", user, False)
            self.bearers[user] = session.bearer
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
            yield Member(http, urlsplit(server.url).netloc, self.bearers[user])

    async def claims(self) -> set[ObjectId]:
        return {claim["resource_id"] async for claim in self.database["idempotency_keys"].find()}

    async def counts(self) -> dict[str, int]:
        names = ("projects", "sandbox_sessions", "code_executions", "file_batches")
        counts = {name: await self.database[name].count_documents({}) for name in names}
        return {**counts, "uploaded": await self.database["file_versions"].count_documents({"path": "up.txt"})}


@pytest.fixture
def place(mongodb_uri: str, database: Database) -> Iterator[Place]:
    with scratch_folder() as folder:
        yield Place(mongodb_uri, database, folder)


@dataclass
class Stage:
    """What the calls are about, on the server that is to crash."""

    member: Member
    template: str
    projects: list[str]
    sandbox: str
    number: int = 0

    def call(self, mutation: str) -> Call:
        """A new call of a mutation."""
        self.number += 1
        wish: Data = {"idempotencyKey": f"key {self.number}"}
        if mutation == "createProject":
            wish |= {"name": "Asked twice", "templateId": self.template}
        elif mutation == "createSandbox":
            wish |= {"projectId": self.projects[0]}
        elif mutation == "uploadFiles":
            wish |= {"projectId": self.projects.pop(), "files": [{"path": "up.txt", "file": None}]}
        elif mutation == "executeCode":
            wish |= {"sandboxId": self.sandbox, "language": "PYTHON", "code": "print(1)"}
        else:
            wish |= {"sandboxId": self.sandbox, "command": "echo 1"}
        return Call(mutation, wish)


async def set_stage(member: Member, projects: int) -> Stage:
    ids = [await ready_project(member) for _ in range(projects)]
    return Stage(member, await template_id(member), ids, await running_sandbox(member, ids[0]))


CLAIM = ("findAndModify", "idempotency_keys")
STEPS: list[tuple[str, tuple[str, str | None], Side]] = [
    ("createProject", CLAIM, "request"),
    ("createProject", CLAIM, "reply"),
    ("createProject", ("insert", "projects"), "reply"),
    ("createProject", ("findAndModify", "jobs"), "request"),
    ("createProject", ("findAndModify", "jobs"), "reply"),
    ("executeCode", CLAIM, "reply"),
    ("executeCode", ("insert", "code_executions"), "reply"),
    ("runCommand", CLAIM, "reply"),
    ("runCommand", ("insert", "code_executions"), "request"),
    ("runCommand", ("insert", "code_executions"), "reply"),
    ("uploadFiles", CLAIM, "reply"),
    ("uploadFiles", ("insert", "file_versions"), "reply"),
    ("uploadFiles", ("commitTransaction", None), "reply"),
    ("uploadFiles", ("commitTransaction", None), "request"),  # Behind the other uploads: it keeps the user's count.
    ("createSandbox", CLAIM, "reply"),
    ("createSandbox", ("insert", "sandbox_sessions"), "reply"),  # Last: it keeps the lock of the quota.
]


async def test_a_crash_at_any_step_makes_nothing_twice(place: Place) -> None:
    calls = await crash_in_the_middle(place)
    # MongoDB does so by itself within a minute of the loss of a client.
    await place.database.client.admin.command("killAllSessions", [])

    async with (
        place.server("b") as b,
        place.server("c") as c,
        place.client(b, "ada") as ada,
        place.client(c, "ada") as ada_too,
        place.client(c, "eve") as eve,
    ):
        for call in calls:
            answers = await asyncio.gather(*(call.ask(member) for member in (ada, ada_too) * 2))
            assert answers == [answers[0]] * 4, call
            if call.mutation == "uploadFiles":
                assert [file[:2] for file in answers[0]] == [("up.txt", 1)]
            else:
                known = parse_global_id(answers[0])
                assert known is not None, (call, answers)
                assert call.claimed in (None, ObjectId(known.key))
        for call in {call.mutation: call for call in calls}.values():
            assert await call.ask(ada_too, **OTHER[call.mutation]) == "IDEMPOTENCY_MISMATCH"
        mine, others = await calls[0].ask(ada), await calls[0].ask(eve)
        assert parse_global_id(others) is not None
        assert others != mine
        await until(lambda: all_ready(place))
        assert await place.counts() == {
            "projects": 6 + 5 + 1,
            "sandbox_sessions": 1 + 2,
            "code_executions": 5,
            "file_batches": 4,
            "uploaded": 4,
        }


async def crash_in_the_middle(place: Place) -> list[Call]:
    """Calls of a server that was killed while each of them was at another step."""
    calls: list[Call] = []
    pending: list[asyncio.Task[Any]] = []
    async with HoldingProxy(urlsplit(place.uri).port or 0).running() as proxy:
        async with place.server("a", proxy.port) as server, place.client(server, "ada") as ada:
            stage = await set_stage(ada, 6)
            for mutation, (command, collection), side in STEPS:
                call, before = stage.call(mutation), await place.claims()
                hold = proxy.hold(command, collection, side)
                pending.append(asyncio.create_task(call.ask(ada)))
                await asyncio.wait_for(hold.held.wait(), 20)
                call.claimed = next(iter(await place.claims() - before), None)
                assert (call.claimed is None) is ((command, collection, side) == (*CLAIM, "request"))
                calls.append(call)
            children = process_tree(server.process.pid)[1:]
            server.process.kill()
            server.process.wait()
            answers = await asyncio.gather(*pending, return_exceptions=True)
        assert all(isinstance(answer, httpx.TransportError) for answer in answers), answers
        await until(lambda: not [pid for pid in children if alive(pid)])
    return calls


async def all_ready(place: Place) -> bool:
    return await place.database["projects"].count_documents({"status": {"$ne": "READY"}}) == 0
