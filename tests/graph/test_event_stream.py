"""Server-sent events: their form, their heartbeat, and their end."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from strawberry.types import ExecutionResult

from aura_gql.graph.event_stream import event_stream
from tests.support.graph import Stage, make_app, make_viewer, serving
from tests.support.waiting import until


def encode(result: ExecutionResult) -> bytes:
    return repr(result.data).encode()


async def test_a_quiet_stream_is_kept_alive_and_closed() -> None:
    closed = asyncio.Event()

    async def quiet() -> AsyncGenerator[ExecutionResult, None]:
        try:
            yield ExecutionResult(data={"a": 1}, errors=None)
            await asyncio.Event().wait()
        finally:
            closed.set()

    stream = event_stream(quiet(), encode, heartbeat_s=0.01)
    assert [await anext(stream) for _ in range(4)] == [b":\n\n", b"event: next\ndata: {'a': 1}\n\n", b":\n\n", b":\n\n"]
    await stream.aclose()
    assert closed.is_set()


async def test_a_client_that_vanishes_ends_its_subscription(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    stage.auth.viewers = {"Bearer good": make_viewer()}
    headers = {"accept": "text/event-stream", "authorization": "Bearer good"}
    async with serving(make_app(stage)) as server, httpx.AsyncClient(base_url=f"http://{server}") as client:
        for query in ("subscription { forever { id } }", "subscription { count(to: 1000000) }"):
            async with client.stream("POST", "/graphql", json={"query": query}, headers=headers) as response:
                assert await anext(response.aiter_lines()) == ":"
                await until(lambda: stage.open_streams == 1)
            await until(lambda: stage.open_streams == 0)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
