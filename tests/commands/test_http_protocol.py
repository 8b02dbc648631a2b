"""Clients that are long, slow, many or speak no HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from aura_gql.commands.http_bounds import HttpBounds
from aura_gql.commands.http_protocol import MAX_HEAD_BYTES, MAX_PIPELINED, bounded_http
from aura_gql.commands.socket_protocol import patient_sockets
from tests.support.raw_connections import opened_with
from tests.support.waiting import until

ENOUGH = 1000
PIECE = b"y" * 10_000
SHORT = HttpBounds(head_timeout_s=0.5, body_timeout_s=0.5, send_timeout_s=0.5)
POST = b"POST / HTTP/1.1\r\nhost: a\r\n"
LARGE = 50_000_000


@dataclass
class Server:
    """A server that counts bytes."""

    port: int
    connections: set[object]
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: int = 0

    async def size(self, request: Request) -> Response:
        """Of the body; read only when there is leave to, for those who ask."""
        if "patient" in request.headers:
            await self.leave.wait()
        try:
            return PlainTextResponse(str(len(await request.body())))
        except ClientDisconnect:
            self.given_up += 1
            raise

    async def large(self, request: Request) -> Response:
        """More than anybody buffers."""
        return Response(b"z" * LARGE, headers={"connection": request.headers["connection"]})

    async def echo(self, socket: WebSocket) -> None:
        """One message."""
        await socket.accept()
        await socket.send_text(await socket.receive_text())
        await socket.close()


@asynccontextmanager
async def serving(bounds: HttpBounds) -> AsyncIterator[Server]:
    app = Starlette()
    http, ws = bounded_http(bounds), patient_sockets(60, 8 * 1024 * 1024)
    config = uvicorn.Config(app, port=0, http=http, ws=ws, log_config=None, lifespan="off", timeout_keep_alive=60)
    listener = config.bind_socket()
    uvicorn_server = uvicorn.Server(config)
    server = Server(listener.getsockname()[1], uvicorn_server.server_state.connections)  # type: ignore[arg-type]
    app.router.routes += [
        Route("/", server.size, methods=["POST"]),
        Route("/large", server.large),
        WebSocketRoute("/socket", server.echo),
    ]
    task = asyncio.create_task(uvicorn_server.serve(sockets=[listener]))
    await until(lambda: uvicorn_server.started)
    try:
        yield server
    finally:
        uvicorn_server.should_exit = True
        await task
        listener.close()


@dataclass
class Client:
    """A connection of raw bytes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The status, the headers and the body of the next answer."""
        async with asyncio.timeout(30):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            return int(head[0].split()[1]), headers, await self.reader.readexactly(int(headers["content-length"]))

    async def rest(self) -> bytes:
        """What comes before the server hangs up."""
        return await asyncio.wait_for(self.reader.read(), 30)

    async def refusal(self) -> tuple[int, str]:
        """The status and the code of an answer, after which the server hangs up."""
        status, headers, body = await self.answer()
        assert headers["connection"] == "close"
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert await self.rest() == b""
        (error,) = json.loads(body)["errors"]
        return status, error["extensions"]["code"]


@asynccontextmanager
async def connected(server: Server, first: bytes = b"") -> AsyncIterator[Client]:
    reader, writer = await opened_with(server.port, first)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


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
async def test_headers_that_do_not_end_are_refused(beginning: bytes, piece: bytes) -> None:
    async with serving(HttpBounds()) as server:
        assert await sent_until_refused(server.port, beginning, piece) < ENOUGH * len(piece)


async def test_ordinary_requests_pass() -> None:
    long = b"x: " + b"y" * (MAX_HEAD_BYTES // 2)
    body = b"z" * 5 * MAX_HEAD_BYTES
    chunks = b"".join(b"1\r\nz\r\n" for _ in range(MAX_HEAD_BYTES))
    async with serving(HttpBounds()) as server, connected(server) as client:
        for head, rest, counted in (
            (b"content-length: %d" % len(body), body, len(body)),
            (b"transfer-encoding: chunked", chunks + b"0\r\n\r\n", MAX_HEAD_BYTES),
        ):
            client.writer.write(POST + b"%s\r\n%s\r\n\r\n%s" % (long, head, rest))
            status, _, size = await client.answer()
            assert (status, int(size)) == (200, counted)


async def test_what_is_no_http_is_refused_in_json() -> None:
    async with serving(HttpBounds()) as server:
        for nonsense in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n", b"POST / HTTP/9\r\n\r\n"):
            async with connected(server, nonsense) as client:
                assert await client.refusal() == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "beginning",
    [b"P", POST, POST + b"content-length: 9\r\n\r\n", POST + b"content-length: 9\r\n\r\n12345678"]
    + [POST + b"transfer-encoding: chunked\r\n\r\n" + rest for rest in (b"", b"1\r\nz", b"0\r\n", b"0\r\nx: y\r\n")],
)
async def test_requests_that_do_not_end_are_refused(beginning: bytes) -> None:
    async with serving(SHORT) as server:
        async with connected(server, beginning) as client:
            assert await client.refusal() == (408, "TIMEOUT")
        await until(lambda: not server.connections)
        assert server.given_up == (b"\r\n\r\n" in beginning)


async def test_connections_that_say_nothing_are_hung_up_on() -> None:
    async with serving(SHORT) as server:
        async with connected(server) as client:
            assert await client.rest() == b""
        async with connected(server, POST + b"content-length: 1\r\n\r\nz") as client:
            assert (await client.answer())[0] == 200
            client.writer.write(b"\r\n")
            assert await client.refusal() == (408, "TIMEOUT")


async def test_a_body_that_comes_along_has_more_time() -> None:
    bounds = HttpBounds(body_timeout_s=0.5, min_body_rate=1)
    head = POST + b"content-length: 102\r\n\r\n"
    async with serving(bounds) as server, connected(server, head + b"z" * 101) as slow:
        async with connected(server, head) as still:
            assert await still.refusal() == (408, "TIMEOUT")
        slow.writer.write(b"z")
        assert (await slow.answer())[2] == b"102"


async def test_nobody_is_blamed_while_the_server_does_not_read() -> None:
    head = POST + b"patient: yes\r\ncontent-length: 1000001\r\n\r\n"
    bounds = HttpBounds(body_timeout_s=0.5, min_body_rate=10**9)
    async with serving(bounds) as server, connected(server, head + b"z" * 1_000_000) as client:
        for _ in range(2):
            async with connected(server, POST + b"content-length: 1\r\n\r\n") as still:
                assert await still.refusal() == (408, "TIMEOUT")
        server.leave.set()
        client.writer.write(b"z")
        assert (await client.answer())[2] == b"1000001"


@pytest.mark.parametrize(("waiting", "is_served"), [(MAX_PIPELINED, True), (2 * MAX_PIPELINED, False)])
async def test_few_requests_may_wait_on_a_connection(waiting: int, is_served: bool) -> None:
    request = POST + b"content-length: 1\r\n\r\nz"
    async with serving(HttpBounds()) as server:
        first = POST + b"patient: yes\r\ncontent-length: 1\r\n\r\nz"
        async with connected(server, first + request * waiting) as client:
            if not is_served:
                assert await client.refusal() == (400, "BAD_REQUEST")
            server.leave.set()
            if is_served:
                assert [(await client.answer())[0] for _ in range(waiting + 1)] == [200] * (waiting + 1)


async def test_connections_are_counted() -> None:
    request = POST + b"content-length: 1\r\n\r\nz"
    async with serving(HttpBounds(max_connections=1)) as server, connected(server, request) as first:
        assert (await first.answer())[0] == 200
        async with connected(server, request) as second:
            status, headers, _ = await second.answer()
            assert (status, headers["retry-after"]) == (503, "2")
        async with connected(server, request) as third:
            assert await third.refusal() == (503, "OVERLOADED")
        first.writer.write(request)
        assert (await first.answer())[0] == 200


@pytest.mark.parametrize("connection", [b"close", b"keep-alive"])
async def test_an_answer_that_nobody_takes_is_dropped(connection: bytes) -> None:
    request = b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: %s\r\n\r\n" % connection
    async with serving(SHORT) as server, connected(server, request):
        await until(lambda: server.connections)
        await until(lambda: not server.connections)


async def test_an_answer_that_somebody_takes_is_not() -> None:
    request = b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    async with serving(HttpBounds()) as server, connected(server, request) as client:
        assert len((await client.answer())[2]) == LARGE


async def test_a_socket_has_no_such_bounds() -> None:
    echo = Frame(Opcode.TEXT, b"hello").serialize(mask=False)
    async with serving(SHORT) as server:
        socket = ClientProtocol(parse_uri(f"ws://127.0.0.1:{server.port}/socket"))
        socket.send_request(socket.connect())
        async with connected(server, b"".join(socket.data_to_send())) as client:
            async with connected(server, b"P") as other:
                assert await other.refusal() == (408, "TIMEOUT")
            socket.receive_data(await client.reader.readuntil(b"\r\n\r\n"))
            socket.send_text(b"hello")
            client.writer.writelines(socket.data_to_send())
            assert await client.reader.readexactly(len(echo)) == echo


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
async def test_a_post_is_never_the_beginning_of_a_socket(protocol: bytes) -> None:
    request = POST + b"connection: upgrade\r\nupgrade: %s\r\ncontent-length: 4\r\n\r\nnull" % protocol
    async with serving(HttpBounds()) as server, connected(server, request) as client:
        status, headers, _ = await client.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert await client.rest() == b""


@pytest.mark.parametrize("rest", [b"content-length: 4\r\n\r\nnull", b"y: " + b"z" * 20_000 + b"\r\n\r\n"])
async def test_what_is_no_handshake_is_refused(rest: bytes) -> None:
    request = b"GET /socket HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n" + rest
    async with serving(HttpBounds()) as server, connected(server, request) as client:
        assert await client.refusal() == (400, "BAD_REQUEST")


def test_the_class_is_uvicorns_to_call() -> None:
    made = bounded_http(HttpBounds(max_connections=3))
    assert isinstance(made, partial)
