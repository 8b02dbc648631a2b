"""Clients that go in the middle: nothing of what they watched may stay behind."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest

from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.mongo import Database
from tests.support.api import Api, Member, running_api
from tests.support.attempts import ask
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.operations import RUN
from tests.support.waiting import until

OUTPUT = """subscription ($id: ID!) { executionOutput(id: $id) {
    ... on ExecutionOutputBatch { lastSequence } ... on ExecutionFinished { execution { status } }
} }"""
WATCHED = {
    "executionOutput": (OUTPUT, "execution"),
    "sandboxStatus": ("subscription ($id: ID!) { sandboxStatus(id: $id) { status } }", "sandbox"),
    "projectChanged": ("subscription ($id: ID!) { projectChanged(id: $id) { status } }", "project"),
}
STOP = "mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { errors { code } } }"


@pytest.fixture
def buses(monkeypatch: pytest.MonkeyPatch) -> list[InProcessBus]:
    """The event buses of the servers that start meanwhile."""
    made: list[InProcessBus] = []

    class KnownBus(InProcessBus):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr("aura_gql.server.InProcessBus", KnownBus)
    return made


@pytest.fixture
async def server(mongodb_uri: str, database: Database, tmp_path: Path, buses: list[InProcessBus]) -> AsyncIterator[Api]:
    async with running_api(mongodb_uri, tmp_path, database) as running:
        yield running


async def watched_things(member: Member) -> dict[str, str]:
    """The ids of a project, its sandbox and an execution that prints on and on."""
    project = await ready_project(member)
    sandbox = await running_sandbox(member, project)
    command = "while :; do echo line; sleep 0.01; done"
    payload = (await member.execute(RUN, input={"sandboxId": sandbox, "command": command}))["runCommand"]
    execution = payload["execution"]["id"]
    async with aclosing(member.subscribe(OUTPUT, id=execution)) as events:
        await anext(events)
    return {"project": project, "sandbox": sandbox, "execution": execution}


@pytest.mark.parametrize("way", ["abort", "close", "complete"])
async def test_a_socket_that_goes_leaves_no_subscriber(server: Api, buses: list[InProcessBus], way: str) -> None:
    ada = await server.sign_in("ada")
    ids = await watched_things(ada)
    (bus,) = buses
    await until(lambda: bus.subscriber_count() == 0)
    tasks = len(asyncio.all_tasks())

    async with ada.socket() as socket:
        for number, (query, kind) in enumerate([*WATCHED.values()] * 3):
            operation = {"query": query, "variables": {"id": ids[kind]}}
            await socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": operation}))
        seen: set[str] = set()
        while len(seen) < 9:
            message = json.loads(await socket.recv())
            assert message["type"] == "next"
            seen.add(message["id"])
        assert bus.subscriber_count() == 9
        if way == "abort":
            socket.transport.abort()
        elif way == "close":
            await socket.close()
        else:
            for id in seen:
                await socket.send(json.dumps({"id": id, "type": "complete"}))
        await until(lambda: bus.subscriber_count() == 0)

    # What an outsider can't count: the tasks of the connection and of its generators.
    await until(lambda: len(asyncio.all_tasks()) <= tasks)
    await ada.execute(STOP, input={"sandboxId": ids["sandbox"]})
    assert (await finished(ada, ids["execution"]))[1]["status"] == "CANCELLED"


async def test_an_event_stream_that_goes_leaves_no_subscriber(server: Api, buses: list[InProcessBus]) -> None:
    ada = await server.sign_in("ada")
    ids = await watched_things(ada)
    (bus,) = buses
    await until(lambda: bus.subscriber_count() == 0)

    headers = {"authorization": f"Bearer {ada.bearer}", "accept": "text/event-stream"}
    async with httpx.AsyncClient(base_url=f"http://{server.host}", timeout=30) as http:
        for query, kind in WATCHED.values():
            body = {"query": query, "variables": {"id": ids[kind]}}
            async with http.stream("POST", "/graphql", json=body, headers=headers) as response:
                assert response.status_code == 200
                async for line in response.aiter_lines():
                    if line.startswith("data: "):
                        break
                assert bus.subscriber_count() == 1
            await until(lambda: bus.subscriber_count() == 0)


async def test_a_request_that_is_given_up_does_its_work_once(server: Api) -> None:
    ada = await server.sign_in("ada")
    project = await ready_project(ada)
    sandbox = await running_sandbox(ada, project)
    wish = {"sandboxId": sandbox, "command": "echo once >> log; cat log", "idempotencyKey": "once"}
    body = json.dumps({"query": RUN, "variables": {"input": wish}}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: {server.host}\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {ada.bearer}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()
    host, port = server.host.split(":")
    for cut in (len(head) // 2, len(head) + len(body) // 2, len(head) + len(body)):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write((head + body)[:cut])
        await writer.drain()
        writer.transport.abort()

    payload = (await ada.execute(RUN, input=wish))["runCommand"]
    chunks, end = await finished(ada, payload["execution"]["id"])
    assert (end["status"], "".join(chunk["text"] for chunk in chunks)) == ("COMPLETED", "once\n")
    assert await ask(ada, RUN, input={**wish, "command": "cat log"}) == ["IDEMPOTENCY_MISMATCH"]
