"""Requests that go on for ever before they begin."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aura_gql.commands.http_protocol import MAX_HEAD_BYTES, BoundedHttpProtocol
from tests.support.waiting import until

ENOUGH = 1000
PIECE = b"y" * 10_000


async def size(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server that counts bytes."""
    app = Starlette(routes=[Route("/", size, methods=["POST"])])
    config = uvicorn.Config(app, port=0, http=BoundedHttpProtocol, log_config=None, lifespan="off")
    listener = config.bind_socket()
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    yield listener.getsockname()[1]
    server.should_exit = True
    await task
    listener.close()


async def sent_until_refused(port: int, beginning: bytes, piece: bytes) -> int:
    """How many bytes went out before the server hung up."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(beginning)
    sent = 0
    try:
        for _ in range(ENOUGH):
            writer.write(piece)
            sent += len(piece)
            await asyncio.wait_for(writer.drain(), 30)
    except ConnectionError:
        pass
    writer.close()
    return sent


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"POST / HTTP/1.1\r\nhost: a\r\nx: ", PIECE),
        (b"POST / HTTP/1.1\r\nhost: a\r\n", b"x: " + PIECE + b"\r\n"),
        (b"POST / HTTP/1.1\r\n", b"x" * 10_000),
        (b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", b"x: " + PIECE + b"\r\n"),
    ],
    ids=["a long header", "many headers", "a long name", "trailers"],
)
async def test_headers_that_do_not_end_are_refused(port: int, beginning: bytes, piece: bytes) -> None:
    assert await sent_until_refused(port, beginning, piece) < ENOUGH * len(piece)


async def test_ordinary_requests_pass(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    long = b"x: " + b"y" * (MAX_HEAD_BYTES // 2)
    body = b"z" * 5 * MAX_HEAD_BYTES
    chunks = b"".join(b"1\r\nz\r\n" for _ in range(MAX_HEAD_BYTES))
    for head, rest, counted in (
        (b"content-length: %d" % len(body), body, len(body)),
        (b"transfer-encoding: chunked", chunks + b"0\r\n\r\n", MAX_HEAD_BYTES),
    ):
        writer.write(b"POST / HTTP/1.1\r\nhost: a\r\n%s\r\n%s\r\n\r\n%s" % (long, head, rest))
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        assert b"200 OK" in answer
        assert await reader.readexactly(len(str(counted))) == str(counted).encode()
    writer.close()
