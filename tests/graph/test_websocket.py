"""`graphql-transport-ws` against a real server, with a client that misbehaves."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from aura_gql.graph import websocket
from aura_gql.graph.limits import QueryLimits
from tests.support.graph import Stage, make_app, make_viewer, serving
from tests.support.waiting import until

PROTOCOL = Subprotocol("graphql-transport-ws")


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.auth.viewers = {"session=good": make_viewer(), "Bearer good": make_viewer("bob")}
    return stage


@pytest.fixture
async def server(stage: Stage) -> AsyncIterator[str]:
    async with serving(make_app(stage)) as address:
        yield address


@dataclass
class Socket:
    """A connection, spoken to in JSON."""

    connection: ClientConnection

    async def send(self, **message: object) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, object]:
        text = await asyncio.wait_for(self.connection.recv(), 5)
        assert isinstance(text, str)
        message: dict[str, object] = json.loads(text)
        return message

    async def start(self, payload: object = None) -> None:
        await self.send(type="connection_init", payload=payload)
        assert (await self.receive())["type"] == "connection_ack"

    async def subscribe(self, id: str, query: str) -> None:
        await self.send(type="subscribe", id=id, payload={"query": query})

    async def run(self, query: str) -> list[dict[str, object]]:
        await self.subscribe("q", query)
        messages = [await self.receive()]
        while messages[-1]["type"] == "next":
            messages.append(await self.receive())
        return messages

    async def closed(self) -> int:
        try:
            while True:
                await asyncio.wait_for(self.connection.recv(), 5)
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else 1006


@asynccontextmanager
async def opened(server: str, cookie: str | None = None, origin: str | None = None) -> AsyncIterator[Socket]:
    headers = {"cookie": cookie} if cookie else {}
    headers |= {"origin": origin} if origin else {}
    async with connect(f"ws://{server}/graphql", subprotocols=[PROTOCOL], additional_headers=headers) as connection:
        yield Socket(connection)


def error_of(message: dict[str, object]) -> dict[str, object]:
    assert message["type"] == "error"
    payload = message["payload"]
    assert isinstance(payload, list)
    extensions: dict[str, object] = payload[0]["extensions"]
    assert extensions["requestId"]
    return extensions


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "5",
        '"x"',
        "{}",
        "{",
        '{"type": 5}',
        '{"type": "dance"}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "ping", "payload": 1}',
        '{"type": "complete", "id": ""}',
        '{"type": "start", "id": "1"}',
        '{"type": "subscribe", "id": 7, "payload": {"query": "{hello}"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": "x"}}',
    ],
)
async def test_malformed_messages_close_with_4400(server: str, text: str) -> None:
    async with opened(server) as socket:
        await socket.connection.send(text)
        assert await socket.closed() == 4400


async def test_bytes_close_with_4400_and_long_messages_with_1009(server: str) -> None:
    async with opened(server) as socket:
        await socket.connection.send(b"{}")
        assert await socket.closed() == 4400
    async with opened(server) as socket:
        await socket.connection.send(" " * (websocket.MAX_MESSAGE_LENGTH + 1))
        assert await socket.closed() == 1009


async def test_the_order_of_the_handshake(server: str) -> None:
    async with opened(server) as socket:
        await socket.subscribe("1", "{ hello }")
        assert await socket.closed() == 4401
    async with opened(server) as socket:
        assert await socket.closed() == 4408
    async with opened(server) as socket:
        await socket.start()
        await socket.send(type="connection_init")
        assert await socket.closed() == 4429
    async with connect(f"ws://{server}/graphql", subprotocols=[Subprotocol("graphql-ws")]) as legacy:
        assert await Socket(legacy).closed() == 4406


async def test_ids_are_taken_once(server: str) -> None:
    async with opened(server, "session=good") as socket:
        await socket.start()
        await socket.subscribe("1", "subscription { forever { id } }")
        await socket.receive()
        await socket.subscribe("1", "{ hello }")
        assert await socket.closed() == 4409


async def test_an_operation_that_fails_leaves_the_others_alone(server: str, stage: Stage) -> None:
    async with opened(server, "session=good") as socket:
        await socket.start()
        await socket.subscribe("live", "subscription { forever { value } }")
        first = {"id": "live", "type": "next", "payload": {"data": {"forever": {"value": "one"}}}}
        assert await socket.receive() == first
        for query, code in (
            ("{ hello", "GRAPHQL_PARSE_FAILED"),
            ("", "BAD_REQUEST"),
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("query A { hello } query B { hello }", "BAD_REQUEST"),
            ("{" + " ".join(f"a{n}: hello" for n in range(200)) + "}", "QUERY_TOO_COMPLEX"),
        ):
            (message,) = await socket.run(query)
            assert error_of(message)["code"] == code
        assert [message["type"] for message in await socket.run("{ hello }")] == ["next", "complete"]
        await socket.send(type="complete", id="never-begun")
        await socket.send(type="complete", id="live")
        await until(lambda: stage.open_streams == 0)
        await socket.send(type="ping", payload={"any": 1})
        assert await socket.receive() == {"type": "pong"}


async def test_a_query_that_takes_too_long_ends_alone(stage: Stage) -> None:
    async with serving(make_app(stage, limits=QueryLimits(timeout_s=0.1))) as server, opened(server) as socket:
        await socket.start()
        (message,) = await socket.run("{ never }")
        assert error_of(message)["code"] == "TIMEOUT"
        assert [message["type"] for message in await socket.run("{ hello }")] == ["next", "complete"]
    await until(lambda: stage.waiting == 0)


async def test_errors_of_events_are_translated(server: str, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(server) as socket:
        await socket.start()
        for kind, code in (("domain", "NOT_FOUND"), ("bug", "INTERNAL"), ("database", "DATABASE_UNAVAILABLE")):
            query = f'subscription {{ count(to: 3, failAt: 2, kind: "{kind}") }}'
            messages = await socket.run(query)
            assert [message["type"] for message in messages] == ["next", "next", "complete"]
            (error,) = messages[1]["payload"]["errors"]  # type: ignore[index]
            assert (error["extensions"]["code"], "secret" in error["message"]) == (code, False)
    assert [record.exc_info is not None for record in caplog.records if record.levelno == logging.ERROR] == [
        True,
        False,
    ]


async def test_each_operation_and_each_event_reads_afresh(server: str, stage: Stage) -> None:
    async with opened(server, "session=good") as socket:
        await socket.start()
        read = '{ node(id: "SXRlbTox") { ... on Item { value } } }'
        values = []
        for value in ("x", "y"):
            stage.values["1"] = value
            values.append((await socket.run(read))[0]["payload"]["data"]["node"]["value"])  # type: ignore[index]
        assert values == ["x", "y"]
        *events, _ = await socket.run("subscription { changing { value } }")
        assert [event["payload"]["data"]["changing"]["value"] for event in events] == ["a", "b", "c"]  # type: ignore[index]


@pytest.mark.parametrize(
    "payload",
    [{"authorization": "Bearer good"}, {"Authorization": "Bearer good"}, {"headers": {"Authorization": "Bearer good"}}],
)
async def test_programs_sign_in_by_the_payload(server: str, payload: dict[str, object]) -> None:
    async with opened(server) as socket:
        await socket.start(payload)
        (answer, _) = await socket.run("{ viewer }")
        assert answer["payload"] == {"data": {"viewer": "bob@example.com"}}


async def test_who_may_come_in(server: str, stage: Stage) -> None:
    async with opened(server) as socket:
        await socket.send(type="connection_init", payload={"authorization": "Bearer wrong"})
        assert await socket.closed() == 4403
    async with opened(server) as socket:
        await socket.start({})
        (refused,) = await socket.run("subscription { forever { id } }")
        assert error_of(refused)["code"] == "UNAUTHENTICATED"
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"ws://{server}/graphql", subprotocols=[PROTOCOL], origin="https://evil.example")  # type: ignore[arg-type]
    assert caught.value.response.status_code == 403
    stage.auth.is_down = True
    async with opened(server, "session=good") as socket:
        await socket.send(type="connection_init")
        assert await socket.closed() == 1013


async def test_a_connection_runs_so_many_operations(server: str) -> None:
    async with opened(server, "session=good", origin=f"http://{server}") as socket:
        await socket.start()
        for id in "123":
            await socket.subscribe(id, "subscription { forever { id } }")
            await socket.receive()
        await socket.subscribe("4", "{ hello }")
        assert error_of(await socket.receive())["code"] == "QUOTA_EXCEEDED"
        await socket.send(type="complete", id="1")
        (answer, _) = await socket.run("{ hello }")
        assert answer["type"] == "next"


async def test_signing_out_ends_the_socket(server: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "SESSION_CHECK_S", 0.05)
    async with opened(server, "session=good") as socket:
        await socket.start()
        await socket.subscribe("1", "subscription { forever { id } }")
        await socket.receive()
        stage.auth.viewers.clear()
        assert await socket.closed() == 4401
    await until(lambda: stage.open_streams == 0)


async def test_an_expired_session_ends_the_socket(server: str, stage: Stage) -> None:
    stage.auth.viewers["session=good"] = make_viewer(lasts=timedelta(milliseconds=100))
    async with opened(server, "session=good") as socket:
        await socket.start()
        assert await socket.closed() == 4401


async def test_a_client_that_vanishes_leaves_nothing_behind(
    server: str, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def vanish(query: str) -> None:
        async with opened(server, "session=good") as socket:
            await socket.start()
            await socket.subscribe("1", query)
            await socket.receive()
            socket.connection.transport.abort()

    await asyncio.gather(*(vanish("subscription { forever { id } }") for _ in range(10)))
    await asyncio.gather(*(vanish("subscription { count(to: 100000) }") for _ in range(3)))
    await until(lambda: stage.open_streams == 0)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_hot_stream_starves_nobody(server: str) -> None:
    async with opened(server) as hot, opened(server) as other:
        await hot.start()
        await other.start()
        await hot.subscribe("1", "subscription { count(to: 3000) }")
        await other.subscribe("1", "{ hello }")
        assert (await other.receive())["type"] == "next"
        assert len([message async for message in _until_complete(hot)]) == 3000


async def _until_complete(socket: Socket) -> AsyncIterator[dict[str, object]]:
    while (message := await socket.receive())["type"] == "next":
        yield message
