"""MongoDB goes away in the middle of everything, and comes back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient
from websockets.exceptions import ConnectionClosed

from aura_gql.infra.mongo import MongoDocument
from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.settings_groups import DatabaseSettings
from tests.support.api import Api, Data, Member, Refused, running_api
from tests.support.attempts import ask
from tests.support.journeys import finished, ready_project, running_sandbox, template_id
from tests.support.mongo import scratch_folder
from tests.support.operations import CREATE, RUN, SAVE
from tests.support.waiting import until

OUTAGE_S = 10.0
TIMEOUTS: dict[str, object] = {
    "mongodb_server_selection_timeout_ms": 1_000,
    "mongodb_connect_timeout_ms": 1_000,
    "mongodb_socket_timeout_ms": 1_000,
}
COUNT = "n=0; until [ -e stop ]; do n=$((n+1)); echo line $n; sleep 0.02; done"
OUTPUT = """subscription ($id: ID!, $after: Int!) { executionOutput(id: $id, after: $after) {
    ... on ExecutionOutputBatch { lastSequence chunks { sequence text } }
    ... on ExecutionFinished { execution { status exitCode } }
} }"""
STATE = """query ($project: ID!, $sandbox: ID!, $execution: ID!) {
    project(id: $project) { status } sandbox(id: $sandbox) { status } execution(id: $execution) { status }
}"""


@dataclass
class Reader:
    """Follows an execution, and resumes where the stream breaks."""

    member: Member
    execution: str
    last: int = 0
    text: str = ""
    ends: int = 0
    breaks: int = 0

    async def follow(self) -> None:
        while not self.ends:
            try:
                await self._follow_once()
            except (Refused, ConnectionClosed) as error:
                if isinstance(error, Refused) and error.code != "DATABASE_UNAVAILABLE":
                    raise
                self.breaks += 1

    async def _follow_once(self) -> None:
        events = self.member.subscribe(OUTPUT, id=self.execution, after=self.last)
        async with aclosing(events):
            async for data in events:
                event = data["executionOutput"]
                if "execution" in event:
                    assert event["execution"] == {"status": "COMPLETED", "exitCode": 0}
                    self.ends += 1
                for chunk in event.get("chunks", ()):
                    assert chunk["sequence"] == self.last + 1
                    self.last = chunk["sequence"]
                    self.text += chunk["text"]


@pytest.fixture
def place() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@asynccontextmanager
async def own_database(place: Path) -> AsyncIterator[tuple[EmbeddedMongod, Api]]:
    """A server on a MongoDB that nobody else uses."""
    mongod = EmbeddedMongod(place / "mongodb", executable=DatabaseSettings().aura_mongod)
    uri = f"{await mongod.start()}&serverMonitoringMode=poll"
    try:
        async with (
            AsyncMongoClient[MongoDocument](uri, tz_aware=True) as client,
            running_api(uri, place / "data", client["outage"], database=TIMEOUTS) as api,
        ):
            yield mongod, api
    finally:
        await mongod.stop()


async def outcomes(api: Api, member: Member, project: str, sandbox: str) -> dict[str, list[str]]:
    """What each kind of request comes to, all asked at once."""
    template = "VGVtcGxhdGU6MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
    requests = {
        "viewer": ask(member, "{ viewer { id } }"),
        "templates": ask(api.anonymous, "{ templates { totalCount nodes { files { path } } } }"),
        "project": ask(member, "query ($id: ID!) { project(id: $id) { files { content } } }", id=project),
        "createProject": ask(member, CREATE, input={"name": "A project", "templateId": template}),
        "saveFile": ask(member, SAVE, input={"projectId": project, "path": "late.txt", "content": "late"}),
        "runCommand": ask(member, RUN, input={"sandboxId": sandbox, "command": "true"}),
    }
    async with asyncio.timeout(30):
        return dict(zip(requests, await asyncio.gather(*requests.values()), strict=True))


async def test_ten_seconds_of_silence_cost_nothing_but_time(place: Path) -> None:
    loop = asyncio.get_running_loop()
    async with own_database(place) as (mongod, api):
        ada = await api.sign_in("ada")
        project = await ready_project(ada)
        sandbox = await running_sandbox(ada, project)
        template = await template_id(ada)
        payload = (await ada.execute(RUN, input={"sandboxId": sandbox, "command": COUNT}))["runCommand"]
        reader = Reader(ada, payload["execution"]["id"])
        reading = asyncio.create_task(reader.follow())
        await until(lambda: reader.last)
        made: Data = (await ada.execute(CREATE, input={"name": "Half made", "templateId": template}))["createProject"]

        assert mongod.pid
        os.kill(mongod.pid, signal.SIGSTOP)
        try:
            silent_until = loop.time() + OUTAGE_S
            wish = {"name": "Asked twice", "templateId": template, "idempotencyKey": "twice"}
            assert await ask(ada, CREATE, input=wish) == ["DATABASE_UNAVAILABLE"]
            while loop.time() < silent_until:
                found = await outcomes(api, ada, project, sandbox)
                assert found == {name: ["DATABASE_UNAVAILABLE"] for name in found}
                alive, ready = await api.http.get("/healthz"), await api.http.get("/readyz")
                assert (alive.status_code, alive.json()["database"]) == (200, "unavailable")
                assert (ready.status_code, ready.json()["database"]) == (503, "unavailable")
        finally:
            os.kill(mongod.pid, signal.SIGCONT)
        lines_before = reader.last

        await until(lambda: is_back(ada))
        await until(lambda: reader.last > lines_before)
        state = await ada.execute(STATE, project=project, sandbox=sandbox, execution=reader.execution)
        assert await ask(ada, RUN, input={"sandboxId": sandbox, "command": "touch stop"}) == []
        await asyncio.wait_for(reading, 30)
        assert await ask(ada, CREATE, input=wish) == []
        await until(lambda: are_ready(ada, "Half made", "Asked twice"))
        assert made["errors"] == []
        assert await ready_project(ada)

    assert {name: one["status"] for name, one in state.items()} == {
        "project": "READY",
        "sandbox": "RUNNING",
        "execution": "RUNNING",
    }
    lines = reader.text.splitlines()
    assert lines == [f"line {number + 1}" for number in range(len(lines))]
    assert len(lines) > OUTAGE_S / 0.02 / 4
    assert reader.ends == 1


async def test_a_database_that_is_killed_and_comes_back_is_taken_up_again(place: Path) -> None:
    async with own_database(place) as (mongod, api):
        ada = await api.sign_in("ada")
        project = await ready_project(ada)
        sandbox = await running_sandbox(ada, project)
        payload = (await ada.execute(RUN, input={"sandboxId": sandbox, "command": COUNT}))["runCommand"]
        reader = Reader(ada, payload["execution"]["id"])
        reading = asyncio.create_task(reader.follow())
        await until(lambda: reader.last)

        assert mongod.pid
        os.kill(mongod.pid, signal.SIGKILL)
        await mongod.stop()
        found = await outcomes(api, ada, project, sandbox)
        await mongod.start()

        await until(lambda: is_back(ada))
        assert await ask(ada, RUN, input={"sandboxId": sandbox, "command": "touch stop"}) == []
        await asyncio.wait_for(reading, 30)
        assert (await finished(ada, reader.execution))[1]["status"] == "COMPLETED"
        assert await ready_project(ada)

    assert found == {name: ["DATABASE_UNAVAILABLE"] for name in found}
    lines = reader.text.splitlines()
    assert lines == [f"line {number + 1}" for number in range(len(lines))]


async def is_back(member: Member) -> bool:
    return await ask(member, "{ projects { totalCount } }") == []


async def are_ready(member: Member, *names: str) -> bool:
    listed = await member.execute("{ projects(first: 100) { nodes { name status } } }")
    found = {node["name"]: node["status"] for node in listed["projects"]["nodes"]}
    assert len(found) == len(listed["projects"]["nodes"])
    return all(found.get(name) == "READY" for name in names)
