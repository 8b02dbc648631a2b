"""`graphql-transport-ws`, message by message, as its PROTOCOL.md has it."""

from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from aura_gql.infra.live_connections import LiveConnections, LiveLimits
from aura_gql.kernel.close_codes import CloseCode
from tests.support.graph import Stage, make_app, make_viewer, serving
from tests.support.graph_socket import PROTOCOL, Socket, error_of, opened
from tests.support.waiting import until

HELLO = {"id": "q", "type": "next", "payload": {"data": {"hello": "hello world"}}}


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.auth.viewers = {"session=good": make_viewer()}
    return stage


@pytest.fixture
async def server(stage: Stage) -> AsyncIterator[str]:
    async with serving(make_app(stage)) as address:
        yield address


@pytest.fixture
async def socket(server: str) -> AsyncIterator[Socket]:
    async with opened(server, "session=good") as socket:
        await socket.start()
        yield socket


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "5",
        '"x"',
        "{}",
        "{",
        "",
        "[" * 5000,
        '{"type": 5}',
        '{"type": "dance"}',
        '{"type": "connection_ack"}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "ping", "payload": 1}',
        '{"type": "pong", "payload": "x"}',
        '{"type": "complete"}',
        '{"type": "complete", "id": ""}',
        '{"type": "next", "id": "1", "payload": {}}',
        '{"type": "error", "id": "1", "payload": []}',
        '{"type": "start", "id": "1"}',
        '{"type": "stop", "id": "1"}',
        '{"type": "connection_terminate"}',
        '{"type": "subscribe", "payload": {"query": "{hello}"}}',
        '{"type": "subscribe", "id": 7, "payload": {"query": "{hello}"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "operationName": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": "x"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "extensions": []}}',
    ],
)
async def test_messages_that_the_protocol_does_not_know_close_with_4400(server: str, text: str) -> None:
    async with opened(server) as socket:
        await socket.connection.send(text)
        code, reason = await socket.farewell()
        assert (code, bool(reason)) == (4400, True)


async def test_bytes_close_with_4400_and_long_messages_with_1009(server: str, stage: Stage) -> None:
    async with opened(server) as socket:
        await socket.connection.send(b'{"type": "connection_init"}')
        assert await socket.farewell() == (4400, "WebSocket message type must be text")
    async with serving(make_app(stage), max_message_bytes=1000) as strict, opened(strict) as socket:
        await socket.connection.send('{"type": "ping"}'.ljust(1000))
        assert await socket.receive() == {"type": "pong"}
        await socket.connection.send('{"type": "ping"}'.ljust(1001))
        assert await socket.closed() == CloseCode.TOO_LONG


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"], ["graphql-ws", "wamp"], ["Graphql-Transport-Ws"]])
async def test_other_sub_protocols_close_with_4406(server: str, protocols: list[Subprotocol] | None) -> None:
    async with connect(f"ws://{server}/graphql", subprotocols=protocols) as connection:
        assert connection.subprotocol is None
        assert await Socket(connection).farewell() == (4406, "Subprotocol not acceptable")


async def test_of_several_sub_protocols_ours_is_chosen(server: str) -> None:
    offered = [Subprotocol("graphql-ws"), PROTOCOL]
    async with connect(f"ws://{server}/graphql", subprotocols=offered) as connection:
        assert connection.subprotocol == PROTOCOL
        await Socket(connection).start()


async def test_nothing_runs_before_connection_init(server: str) -> None:
    async with opened(server) as socket:
        await socket.subscribe("1", "{ hello }")
        assert await socket.farewell() == (4401, "Unauthorized")


async def test_connection_init_comes_soon(stage: Stage) -> None:
    live = LiveConnections(LiveLimits(init_timeout_s=0.1))
    async with serving(make_app(stage, live=live)) as server, opened(server) as socket:
        assert await socket.farewell() == (4408, "Connection initialisation timeout")


async def test_connection_init_comes_once(server: str) -> None:
    async with opened(server) as socket:
        await socket.start()
        await socket.send(type="connection_init")
        assert await socket.farewell() == (4429, "Too many initialisation requests")
    async with opened(server) as socket:
        for _ in range(2):
            await socket.send(type="connection_init")
        assert await socket.farewell() == (4429, "Too many initialisation requests")


async def test_pings_are_answered_with_their_payload_at_any_time(server: str) -> None:
    async with opened(server) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        await socket.start()
        for payload in ({}, {"at": 1, "nested": {"a": [None]}}):
            await socket.send(type="ping", payload=payload)
            assert await socket.receive() == {"type": "pong", "payload": payload}
        await socket.send(type="ping", payload=None)
        assert await socket.receive() == {"type": "pong"}


async def test_pongs_need_no_ping(socket: Socket) -> None:
    await socket.send(type="pong")
    await socket.send(type="pong", payload={"any": 1})
    assert (await socket.run("{ hello }"))[0] == HELLO


async def test_ids_of_running_operations_are_taken(socket: Socket, stage: Stage) -> None:
    await socket.subscribe("café", "subscription { forever { id } }")
    await socket.receive()
    await socket.subscribe("café", "{ hello }")
    assert await socket.farewell() == (4409, "Subscriber for café already exists")
    await until(lambda: stage.open_streams == 0)


async def test_ids_of_queries_are_taken_while_they_run(socket: Socket, stage: Stage) -> None:
    await socket.subscribe("1", "{ slow }")
    await until(lambda: stage.open_streams == 1)
    await socket.subscribe("1", "{ slow }")
    assert await socket.closed() == 4409


async def test_ids_are_free_again_behind_the_end(socket: Socket) -> None:
    for _ in range(2):
        assert (await socket.run("{ hello }"))[0] == HELLO
        assert error_of((await socket.run("{ nothing }"))[0])["code"] == "GRAPHQL_VALIDATION_FAILED"
    await socket.subscribe("q", "subscription { forever { id } }")
    await socket.receive()
    await socket.send(type="complete", id="q")
    assert await socket.run("{ hello }") == [HELLO, {"id": "q", "type": "complete"}]


async def test_an_operation_that_ends_late_and_badly_is_not_taken_for_the_next_of_its_id(
    socket: Socket, stage: Stage
) -> None:
    await socket.subscribe("q", "subscription { lingering }")
    await socket.receive()
    await socket.send(type="complete", id="q")
    await socket.subscribe("q", "{ slow }")
    await until(lambda: stage.open_streams == 2)
    stage.gate.set()
    assert await socket.receive() == {"id": "q", "type": "next", "payload": {"data": {"slow": True}}}
    assert await socket.receive() == {"id": "q", "type": "complete"}
    await until(lambda: stage.open_streams == 0)


async def test_complete_ends_an_operation_at_once_and_in_silence(socket: Socket, stage: Stage) -> None:
    await socket.subscribe("1", "subscription { forever { id } }")
    await socket.receive()
    await socket.subscribe("2", "{ slow }")
    await until(lambda: stage.open_streams == 2)
    for id in "12":
        await socket.send(type="complete", id=id)
    await until(lambda: stage.open_streams == 0)
    stage.gate.set()
    assert (await socket.run("{ hello }"))[0] == HELLO


async def test_complete_of_operations_that_are_over_is_ignored(socket: Socket) -> None:
    await socket.send(type="complete", id="never-begun")
    await socket.run("{ nothing }")
    await socket.send(type="complete", id="q")
    for number in range(20):
        await socket.subscribe(str(number), "{ hello }")
        await socket.send(type="complete", id=str(number))
    await socket.subscribe("last", "{ hello }")
    while (message := await socket.receive())["type"] != "complete" or message["id"] != "last":
        assert message["type"] in ("next", "complete")


async def test_operations_of_every_kind_run_and_interleave(socket: Socket, stage: Stage) -> None:
    await socket.subscribe("live", "subscription { forever { value } }")
    assert (await socket.receive())["id"] == "live"
    await socket.subscribe("slow", "{ slow }")
    renamed = 'mutation { rename(input: {itemName: "two"}) { item { value } errors { code } } }'
    (answer, end) = await socket.run(renamed)
    assert answer["payload"] == {"data": {"rename": {"item": {"value": "two"}, "errors": []}}}
    assert end == {"id": "q", "type": "complete"}
    stage.gate.set()
    assert [(await socket.receive())["type"] for _ in range(2)] == ["next", "complete"]
    assert len(await socket.run("subscription { count(to: 5) }")) == 6


async def test_operation_name_and_variables_are_used(socket: Socket) -> None:
    query = "query A { hello } query B($name: String!) { hello(name: $name) }"
    payload = {"query": query, "operationName": "B", "variables": {"name": "ada"}, "extensions": {}}
    await socket.send(type="subscribe", id="1", payload=payload)
    assert (await socket.receive())["payload"] == {"data": {"hello": "hello ada"}}
    assert (await socket.receive())["type"] == "complete"
    await socket.send(type="subscribe", id="1", payload={**payload, "variables": {"name": 5}})
    assert error_of(await socket.receive())["code"] == "BAD_REQUEST"


async def test_no_message_follows_an_error(socket: Socket) -> None:
    for query in ("{ hello", "{ nothing }", "subscription { count(to: 3, failAt: 1) }", "subscription { a: nothing }"):
        assert [message["type"] for message in await socket.run(query)] == ["error"]
        assert (await socket.run("{ hello }"))[0] == HELLO


async def test_a_client_may_say_goodbye(server: str, stage: Stage) -> None:
    async with opened(server, "session=good") as socket:
        await socket.start()
        await socket.subscribe("1", "subscription { forever { id } }")
        await socket.receive()
        await socket.connection.close(1000, "Normal Closure")
        await until(lambda: stage.open_streams == 0)
