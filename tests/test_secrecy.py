"""What users write, and what proves who they are, reaches no log line: not at DEBUG, and not when something fails."""

import io
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from pymongo import AsyncMongoClient
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from aura_gql.infra.mongo import MongoDocument
from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.infra.telemetry import configure_logging
from aura_gql.settings_groups import DatabaseSettings
from tests.support.api import Api, Member, running_api
from tests.support.attempts import ask
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.mongo import scratch_folder
from tests.support.operations import CODE, RUN, SAVE
from tests.support.waiting import until

TIMEOUTS: dict[str, object] = {"mongodb_server_selection_timeout_ms": 500, "mongodb_socket_timeout_ms": 1_500}
MARK = "canary"
"""In everything that a client sends below."""


@dataclass
class World:
    """A server whose whole log is `log`."""

    api: Api
    ada: Member
    mongod: EmbeddedMongod
    database: Any
    blobs: Path
    log: io.StringIO

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    async def send(self, body: object, **headers: str) -> httpx.Response:
        marked = {
            "authorization": f"Bearer {self.ada.bearer}",
            "cookie": f"a={MARK}-cookie",
            "user-agent": f"{MARK}-agent",
            "x-request-id": f"{MARK} is no id",
        }
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        send_to = f"/graphql?{MARK}-query-string"
        return await self.api.http.post(
            send_to, content=content, headers={"content-type": "application/json", **marked, **headers}
        )


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in list(logging.Logger.manager.loggerDict)}
    stream = io.StringIO()
    configure_logging("DEBUG", "json", "test", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)
    structlog.reset_defaults()


@pytest.fixture
async def world(log: io.StringIO) -> AsyncIterator[World]:
    with scratch_folder() as folder:
        mongod = EmbeddedMongod(folder / "mongodb", executable=DatabaseSettings().aura_mongod)
        uri = f"{await mongod.start()}&serverMonitoringMode=poll"
        try:
            async with AsyncMongoClient[MongoDocument](uri, tz_aware=True) as client:
                database = client["secrecy"]
                server: dict[str, object] = {"log_operations": "all"}
                async with running_api(uri, folder / "data", database, server=server, database=TIMEOUTS) as api:
                    ada = await api.sign_in(f"{MARK}-ada")
                    yield World(api, ada, mongod, database, folder / "data/blobs", log)
        finally:
            await mongod.stop()


async def the_main_job(world: World) -> tuple[str, str]:
    """A project, a sandbox, code with everything that it can be given; the ids of the two."""
    project = await ready_project(world.ada, name=f"{MARK}-project")
    file = {"projectId": project, "path": f"{MARK}-path.txt", "content": f"{MARK}-content"}
    assert await ask(world.ada, SAVE, input=file) == []
    sandbox = await running_sandbox(world.ada, project)
    given: dict[str, object] = {
        "sandboxId": sandbox,
        "language": "PYTHON",
        "code": f"import sys; print('{MARK}-output', sys.stdin.read()); raise SystemExit('{MARK}-stderr')",
        "stdin": f"{MARK}-stdin",
        "args": [f"{MARK}-argument"],
        "env": [{"name": "A", "value": f"{MARK}-environment"}],
    }
    payload = (await world.ada.execute(CODE, input=given))["executeCode"]
    chunks, _ = await finished(world.ada, payload["execution"]["id"])
    assert f"{MARK}-output" in str(chunks)
    return project, sandbox


async def mistakes(world: World, project: str) -> None:
    """What clients get wrong, each with a mark where it goes wrong."""
    named = f"query {MARK}Name {{ {MARK}_alias: viewer {{ id }} }} # {MARK}-comment"
    assert (await world.send({"query": named})).status_code == 200
    for body in (
        {"query": f"{{ {MARK}Field }}"},
        {"query": f'{{ "{MARK}'},
        {"query": "query ($a: Int!) { __typename }", "variables": {"a": f"{MARK}-variable"}},
        {"query": SAVE, "variables": {"input": {"projectId": project, "path": f"../{MARK}", "content": MARK}}},
        {"query": SAVE, "variables": {"input": {"projectId": project, f"{MARK}Field": MARK}}},
        {"query": "{ __typename }", "operationName": f"{MARK}\n2026-01-01 forged"},
        {"query": "{ __typename }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": MARK}}},
        [MARK],
        f'{{"query": "{MARK}'.encode(),
        b"\xff" + MARK.encode(),
    ):
        await world.send(body)
    await world.send({"query": "{ __typename }"}, **{"content-type": f"text/{MARK}"})
    await world.send({"query": "{ __typename }"}, accept=f"text/{MARK}")
    await world.send({"query": "{ viewer { id } }"}, authorization=f"Bearer {MARK}")
    host = world.api.host
    async with connect(f"ws://{host}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {MARK}"}}))
        await socket.wait_closed()
    async with world.ada.socket() as socket:
        await socket.send(json.dumps({"type": MARK, "id": MARK}))
        await socket.wait_closed()


async def test_nothing_that_users_write_is_logged(world: World, log: io.StringIO) -> None:
    project, sandbox = await the_main_job(world)
    await mistakes(world, project)
    save = {"projectId": project, "path": f"{MARK}-late.txt", "content": f"{MARK}-late-content"}

    # A bug: the database refuses what we write, in words that quote it.
    versions = world.database["file_versions"]
    await versions.insert_one({"project_id": 0, "path": save["path"], "is_binary": False})
    await versions.create_index([("path", 1), ("is_binary", 1)], name="x", unique=True)
    assert await ask(world.ada, SAVE, input=save) == ["INTERNAL"]
    await versions.drop_index("x")
    # A blob store that is gone.
    away = world.blobs.rename(world.blobs.with_name("away"))
    world.blobs.write_text("not a folder")
    assert await ask(world.ada, SAVE, input=save) == ["STORAGE_UNAVAILABLE"]
    ready = await world.api.http.get("/readyz")
    world.blobs.unlink()
    away.rename(world.blobs)
    # A database that does not answer.
    assert world.mongod.pid
    os.kill(world.mongod.pid, signal.SIGSTOP)
    try:
        assert await ask(world.ada, SAVE, input=save) == ["DATABASE_UNAVAILABLE"]
        assert await ask(world.ada, RUN, input={"sandboxId": sandbox, "command": f"echo {MARK}"}) != []
    finally:
        os.kill(world.mongod.pid, signal.SIGCONT)

    async def is_back() -> bool:
        return await ask(world.ada, SAVE, input=save) == []

    await until(is_back)

    text = log.getvalue()
    assert ready.status_code in (200, 503)
    assert world.ada.bearer
    assert world.ada.bearer not in text
    for quoted in text.splitlines():
        assert MARK not in quoted.replace(f"{MARK}Name", ""), quoted  # The name of an operation is told, and no more.
    (named,) = [line for line in world.lines if line.get("operation") == f"{MARK}Name"]
    assert (named["outcome"], len(named["user_id"]), named["field"]) == ("OK", 24, "viewer")
    assert "forged" not in text
    assert text.count("Traceback") == 0
    assert "Unexpected error in a GraphQL operation" in text
    assert max(len(line) for line in text.splitlines()) < 25_000
