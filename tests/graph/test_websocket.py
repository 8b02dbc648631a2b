"""`graphql-transport-ws` against a real server, with a client that misbehaves."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from aura_gql.graph.limits import QueryLimits
from aura_gql.infra.live_connections import LiveConnections, LiveLimits
from tests.support.graph import Stage, make_app, make_viewer, serving
from tests.support.graph_socket import PROTOCOL, Socket, error_of, opened
from tests.support.waiting import until


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.auth.viewers = {"session=good": make_viewer(), "Bearer good": make_viewer("bob")}
    return stage


@pytest.fixture
async def server(stage: Stage) -> AsyncIterator[str]:
    async with serving(make_app(stage)) as address:
        yield address


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


async def test_a_query_that_takes_too_long_ends_alone(stage: Stage) -> None:
    async with serving(make_app(stage, limits=QueryLimits(timeout_s=0.1))) as server, opened(server) as socket:
        await socket.start()
        (message,) = await socket.run("{ never }")
        assert error_of(message)["code"] == "TIMEOUT"
        assert [message["type"] for message in await socket.run("{ hello }")] == ["next", "complete"]
    await until(lambda: stage.waiting == 0)


@pytest.mark.parametrize("value", [r'"\ud800"', "1e999"])
async def test_json_that_cannot_be_passed_on_ends_its_operation_alone(server: str, value: str) -> None:
    subscribe = (
        f'{{"type": "subscribe", "id": "q", "payload": {{"query": "{{ hello }}", "variables": {{"v": {value}}}}}}}'
    )
    async with opened(server) as socket:
        await socket.start()
        for _ in range(2):
            await socket.connection.send(subscribe)
            assert error_of(await socket.receive())["code"] == "BAD_REQUEST"
        assert [message["type"] for message in await socket.run("{ hello }")] == ["next", "complete"]
        await socket.connection.send(subscribe.replace('"q"', value))
        assert await socket.closed() == 4400
    async with opened(server) as socket:
        await socket.connection.send(subscribe)
        assert await socket.closed() == 4401


async def test_errors_of_events_are_translated(server: str, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(server) as socket:
        await socket.start()
        for kind, code in (("domain", "NOT_FOUND"), ("bug", "INTERNAL"), ("database", "DATABASE_UNAVAILABLE")):
            query = f'subscription {{ count(to: 3, failAt: 2, kind: "{kind}") }}'
            messages = await socket.run(query)
            assert [message["type"] for message in messages] == ["next", "error"]
            assert error_of(messages[1])["code"] == code
            assert "secret" not in str(messages[1])
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
    async with opened(server, cookie="session=good", authorization="Bearer wrong") as socket:
        await socket.send(type="connection_init")
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


async def test_a_user_opens_so_many_sockets_and_subscriptions(stage: Stage) -> None:
    live = LiveConnections(LiveLimits(max_sockets=3, max_sockets_per_user=2, max_subscriptions_per_user=1))
    async with serving(make_app(stage, live=live)) as server:
        async with opened(server, "session=good") as first, opened(server, "session=good") as second:
            await first.start()
            await second.start()
            assert (live.sockets.total, live.sockets.of("user:ada")) == (2, 2)
            async with opened(server, "session=good") as third:
                await third.send(type="connection_init")
                assert await third.farewell() == (1013, "At most 2 sockets may be open at once; close one first.")
            await until(lambda: live.sockets.total == 2)
            async with opened(server) as stranger, opened(server) as one_too_many:
                await stranger.start()
                assert (await one_too_many.farewell())[0] == 1013
                assert live.sockets.of("address:127.0.0.1") == 1
            await first.subscribe("1", "subscription { forever { id } }")
            await first.receive()
            await second.subscribe("1", "subscription { forever { id } }")
            assert error_of(await second.receive()).items() >= {"code": "QUOTA_EXCEEDED", "limit": 1}.items()
            await first.send(type="complete", id="1")
            await until(lambda: live.subscriptions.total == 0)
            await second.subscribe("1", "subscription { forever { id } }")
            assert (await second.receive())["type"] == "next"
            assert live.subscriptions.of("user:ada") == 1
        await until(lambda: live.sockets.total == 0 == live.subscriptions.total)


async def test_signing_out_ends_the_socket(stage: Stage) -> None:
    live = LiveConnections(LiveLimits(session_check_s=0.05))
    async with serving(make_app(stage, live=live)) as server, opened(server, "session=good") as socket:
        await socket.start()
        await socket.subscribe("1", "subscription { forever { id } }")
        await socket.receive()
        stage.auth.viewers.clear()
        assert await socket.farewell() == (4401, "The session has ended.")
        await until(lambda: stage.open_streams == 0)


async def test_an_expired_session_ends_the_socket(server: str, stage: Stage) -> None:
    stage.auth.viewers["session=good"] = make_viewer(lasts=timedelta(milliseconds=100))
    async with opened(server, "session=good") as socket:
        await socket.start()
        assert await socket.closed() == 4401


async def test_a_session_that_was_prolonged_goes_on(server: str, stage: Stage) -> None:
    viewer = make_viewer(lasts=timedelta(milliseconds=200))
    stage.auth.viewers["session=good"] = viewer
    stage.auth.prolonged = datetime.now(UTC) + timedelta(hours=1)
    async with opened(server, "session=good") as socket:
        await socket.start()
        await until(lambda: stage.auth.asked)
        assert datetime.now(UTC) > viewer.expires_at
        assert [message["type"] for message in await socket.run("{ hello }")] == ["next", "complete"]
        assert stage.auth.asked == 1


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
