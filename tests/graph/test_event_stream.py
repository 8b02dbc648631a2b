"""Server-sent events: their form, their heartbeat, and their end."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from strawberry.types import ExecutionResult

from aura_gql.graph.event_stream import event_stream
from aura_gql.infra.live_connections import LiveConnections, LiveLimits
from tests.support.graph import Stage, make_app, make_viewer, serving
from tests.support.waiting import until

JSON = "application/json"
STREAMED = {"accept": "text/event-stream"}
SIGNED_IN = {**STREAMED, "authorization": "Bearer good"}


def encode(result: ExecutionResult) -> bytes:
    return repr(result.data).encode()


def told(error: Exception) -> ExecutionResult:
    return ExecutionResult(data={"error": str(error)}, errors=None)


async def test_an_exception_is_the_last_result() -> None:
    async def broken() -> AsyncGenerator[ExecutionResult, None]:
        yield ExecutionResult(data={"a": 1}, errors=None)
        raise LookupError("lost")

    events = [event async for event in event_stream(broken(), encode, told)]
    assert events[-2:] == [b"event: next\ndata: {'error': 'lost'}\n\n", b"event: complete\ndata:\n\n"]


async def test_a_quiet_stream_is_kept_alive_and_closed() -> None:
    closed = asyncio.Event()

    async def quiet() -> AsyncGenerator[ExecutionResult, None]:
        try:
            yield ExecutionResult(data={"a": 1}, errors=None)
            await asyncio.Event().wait()
        finally:
            closed.set()

    stream = event_stream(quiet(), encode, told, heartbeat_s=0.01)
    assert [await anext(stream) for _ in range(4)] == [b":\n\n", b"event: next\ndata: {'a': 1}\n\n", b":\n\n", b":\n\n"]
    await stream.aclose()
    assert closed.is_set()


async def test_the_last_word_ends_a_stream_that_goes_on() -> None:
    closed = asyncio.Event()
    revoked = asyncio.Event()

    async def endless() -> AsyncGenerator[ExecutionResult, None]:
        try:
            while True:
                await asyncio.sleep(0)
                yield ExecutionResult(data={"a": 1}, errors=None)
        finally:
            closed.set()

    async def last_word() -> ExecutionResult:
        await revoked.wait()
        return ExecutionResult(data={"b": 2}, errors=None)

    stream = event_stream(endless(), encode, told, last_word=last_word)
    await anext(stream)
    assert await anext(stream) == b"event: next\ndata: {'a': 1}\n\n"
    revoked.set()
    rest = [event async for event in stream if b"'a'" not in event]
    assert rest == [b"event: next\ndata: {'b': 2}\n\n", b"event: complete\ndata:\n\n"]
    assert closed.is_set()


async def test_a_client_that_vanishes_ends_its_subscription(caplog: pytest.LogCaptureFixture) -> None:
    stage, live = Stage(), LiveConnections()
    stage.auth.viewers = {"Bearer good": make_viewer()}
    async with (
        serving(make_app(stage, live=live)) as server,
        httpx.AsyncClient(base_url=f"http://{server}", timeout=60) as client,
    ):
        for query in ("subscription { forever { id } }", "subscription { count(to: 1000000) }"):
            async with client.stream("POST", "/graphql", json={"query": query}, headers=SIGNED_IN) as response:
                assert await anext(response.aiter_lines()) == ":"
                await until(lambda: stage.open_streams == 1)
                assert live.subscriptions.of("user:ada") == 1
            await until(lambda: stage.open_streams == 0)
        await until(lambda: live.subscriptions.total == 0)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_distinct_connections_as_the_protocol_has_them(method: str) -> None:
    """What the handler of graphql-sse does: whatever is an operation is answered in the stream, also what is wrong."""

    async def ask(query: str) -> httpx.Response:
        if method == "GET":
            return await client.get("/graphql", params={"query": query}, headers=STREAMED)
        return await client.post("/graphql", json={"query": query}, headers=STREAMED)

    async with (
        serving(make_app(Stage())) as server,
        httpx.AsyncClient(base_url=f"http://{server}", timeout=60) as client,
    ):
        for query, codes in (
            ("subscription { count(to: 2) }", [None, None]),
            ("{ hello }", [None]),
            ("{ hello", ["GRAPHQL_PARSE_FAILED"]),
            ("{ nothing }", ["GRAPHQL_VALIDATION_FAILED"]),
            ("subscription { forever { id } }", ["UNAUTHENTICATED"]),
            ("subscription { count(to: 2, failAt: 2) }", [None, "NOT_FOUND"]),
        ):
            response = await ask(query)
            assert response.status_code == 200
            assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert response.text.startswith(":\n\nevent: next\ndata: {")
            assert response.text.endswith("}\n\nevent: complete\ndata:\n\n")
            *results, end = [event async for event in events_of(response)]
            assert {name for name, _ in results} == {"next"}
            assert end == ("complete", None)
            assert [
                body["errors"][0]["extensions"]["code"] if "errors" in body else None for _, body in results
            ] == codes
        for bad in ({}, {"query": ""}):
            answer = await client.request(method, "/graphql", params=bad, headers={**STREAMED, "content-type": JSON})
            assert answer.status_code == 400
        assert (await client.put("/graphql", headers=STREAMED)).status_code == 405


async def test_signing_out_ends_a_stream_with_a_typed_error() -> None:
    stage, live = Stage(), LiveConnections(LiveLimits(session_check_s=0.05))
    stage.auth.viewers = {"Bearer good": make_viewer()}
    async with (
        serving(make_app(stage, live=live)) as server,
        httpx.AsyncClient(base_url=f"http://{server}", timeout=60) as client,
    ):
        query = {"query": "subscription { forever { id } }"}
        async with client.stream("POST", "/graphql", json=query, headers=SIGNED_IN) as response:
            events = events_of(response)
            assert (await anext(events))[0] == "next"
            stage.auth.viewers.clear()
            name, body = await anext(events)
            assert (name, body["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
            assert [event async for event in events] == [("complete", None)]
        assert (stage.open_streams, live.subscriptions.total) == (0, 0)


async def test_streams_beyond_the_bounds_are_refused_before_they_begin() -> None:
    stage = Stage()
    stage.auth.viewers = {"Bearer good": make_viewer()}
    live = LiveConnections(LiveLimits(max_subscriptions=2, max_subscriptions_per_user=1))
    async with (
        serving(make_app(stage, live=live)) as server,
        httpx.AsyncClient(base_url=f"http://{server}", timeout=60) as client,
    ):
        query = {"query": "subscription { forever { id } }"}
        counting = {"query": "subscription { count(to: 1) }"}
        async with client.stream("POST", "/graphql", json=query, headers=SIGNED_IN) as response:
            events = events_of(response)
            await anext(events)
            refused = await client.post("/graphql", json=query, headers=SIGNED_IN)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
            assert refused.json()["errors"][0]["extensions"]["code"] == "QUOTA_EXCEEDED"
            assert (await client.post("/graphql", json=counting, headers=STREAMED)).status_code == 200
            with live.subscriptions.seat("user:bob"):
                full = await client.post("/graphql", json=counting, headers=STREAMED)
                assert (full.status_code, full.headers["retry-after"]) == (503, "5")
        await until(lambda: live.subscriptions.total == 0)
        assert (await client.post("/graphql", json=counting, headers=STREAMED)).status_code == 200


async def test_a_client_that_does_not_read_is_cut_off() -> None:
    stage, live = Stage(), LiveConnections()
    request = b'{"query": "subscription { flood }"}'
    head = b"POST /graphql HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n"
    async with serving(make_app(stage, live=live), send_timeout_s=0.5) as server:
        host, _, port = server.partition(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1000)
        writer.write(head + b"content-length: %d\r\n\r\n%s" % (len(request), request))
        await until(lambda: stage.pieces)
        await until(lambda: stage.open_streams == 0 == live.subscriptions.total)
        assert stage.pieces * 50_000 < 20_000_000
        writer.close()


async def events_of(response: httpx.Response) -> AsyncGenerator[tuple[str, Any], None]:
    """Each event's name and data; comments are passed over."""
    name = ""
    async for line in response.aiter_lines():
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            yield name, json.loads(value) if value else None
