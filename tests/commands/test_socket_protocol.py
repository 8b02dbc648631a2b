"""Clients that do not read, do not answer, or leave without a word."""

import asyncio
import contextlib
import logging
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from aura_gql.commands import socket_protocol
from aura_gql.infra.live_connections import LiveConnections
from aura_gql.kernel.close_codes import CloseCode
from tests.support.graph import MAX_BODY_BYTES, Stage, make_app, make_viewer, serving
from tests.support.graph_socket import PROTOCOL, Socket, opened
from tests.support.waiting import until

FLOOD = "subscription { flood }"
PING = b"\x89\xfd\0\0\0\0" + b"x" * 125
FAR_TOO_MANY = 300_000


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.auth.viewers = {"session=good": make_viewer()}
    return stage


@asynccontextmanager
async def reluctant(server: str) -> AsyncIterator[Socket]:
    """A client with little room for what it does not read, who sends no pings."""
    host, _, port = server.partition(":")
    connection = sockets.socket()
    connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (host, int(port)))
    cookie = {"cookie": "session=good"}
    async with connect(
        f"ws://{server}/graphql",
        sock=connection,
        subprotocols=[PROTOCOL],
        additional_headers=cookie,
        ping_interval=None,
        close_timeout=1,
    ) as opened:
        yield Socket(opened)


async def test_one_who_stops_reading_is_told_and_starves_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_protocol, "LAST_WORD_S", 30)
    live = LiveConnections()
    async with serving(make_app(stage, live=live), send_timeout_s=1) as server, reluctant(server) as socket:
        await socket.start()
        await socket.subscribe("1", FLOOD)
        await until(lambda: stage.pieces)
        async with opened(server) as other:
            await other.start()
            while stage.open_streams:
                assert [message["type"] for message in await other.run("{ hello }")] == ["next", "complete"]
        await until(lambda: live.sockets.total == 0 == live.subscriptions.total)
        # What the systems of both sides hold; none of it is ours.
        assert stage.pieces * 50_000 < 20_000_000
        assert await socket.farewell() == (1013, "You read too slowly.")


async def test_one_who_reads_no_farewell_is_cut_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_protocol, "LAST_WORD_S", 0.1)
    async with serving(make_app(stage), send_timeout_s=0.2) as server, reluctant(server) as socket:
        await socket.start()
        await socket.subscribe("1", FLOOD)
        await until(lambda: stage.pieces)
        await until(lambda: stage.open_streams == 0)
        with pytest.raises(ConnectionError):
            # Only a connection that the server has given up refuses more.
            await asyncio.wait_for(_write_on(socket.connection), 60)


async def test_one_who_does_not_answer_pings_is_closed(stage: Stage) -> None:
    async with serving(make_app(stage), ping_s=0.1, pong_s=0.1) as server, opened(server, "session=good") as socket:
        answered = answers_to_pings(socket.connection, answer=False)
        with contextlib.suppress(ConnectionClosed):  # Which it may be by now where the machine stalls.
            await socket.start()
            await socket.subscribe("1", "subscription { forever { id } }")
            await socket.receive()
        assert await socket.farewell() == (1013, "You did not answer a ping.")
        await until(lambda: stage.open_streams == 0)
        assert answered


async def test_one_who_answers_pings_lives_on(stage: Stage) -> None:
    async with serving(make_app(stage), ping_s=0.1) as server, opened(server, "session=good") as socket:
        await socket.start()
        answered = answers_to_pings(socket.connection, answer=True)
        await until(lambda: len(answered) >= 3)
        assert [message["type"] for message in await socket.run("{ hello }")] == ["next", "complete"]


async def test_one_who_pings_and_does_not_listen_is_not_heard(stage: Stage) -> None:
    sent = 0
    async with serving(make_app(stage)) as server, reluctant(server) as socket:
        socket.connection.transport.pause_reading()
        with contextlib.suppress(TimeoutError):
            while sent < FAR_TOO_MANY:
                socket.connection.transport.write(PING * 100)
                await asyncio.wait_for(_drained(socket.connection), 2)
                sent += 100
        socket.connection.transport.abort()
    assert sent < FAR_TOO_MANY


@pytest.mark.parametrize(
    "frame",
    [Frame(Opcode.PING, b""), Frame(Opcode.TEXT, b'{"type":"pong"}'), Frame(Opcode.TEXT, b"", fin=False)],
    ids=["ping", "message", "fragment"],
)
async def test_one_who_sends_frames_without_end_is_heard_slowly(stage: Stage, frame: Frame) -> None:
    flood = frame.serialize(mask=True) * 20_000
    if not frame.fin:
        flood = flood[:6] + Frame(Opcode.CONT, b"", fin=False).serialize(mask=True) * 20_000
    async with serving(make_app(stage)) as server, opened(server) as socket, opened(server) as other:
        await socket.start()
        await other.start()
        socket.connection.transport.write(flood)
        socket.connection.transport.write(Frame(Opcode.TEXT, b"no JSON").serialize(mask=True))
        for _ in range(20):
            assert [message["type"] for message in await other.run("{ hello }")] == ["next", "complete"]
        # At its pace it will be a while until the server comes to the last of them, for which it closes.
        assert socket.connection.protocol.close_rcvd is None
        socket.connection.transport.abort()


async def test_a_long_message_comes_whole(stage: Stage) -> None:
    padding = " " * (5 * socket_protocol.PIECE_BYTES)
    async with serving(make_app(stage)) as server, opened(server) as socket:
        await socket.start()
        assert [message["type"] for message in await socket.run("{ hello }" + padding)] == ["next", "complete"]
        assert [message["type"] for message in await socket.run("{ hello }")] == ["next", "complete"]


async def test_the_parts_of_long_messages_have_only_so_much_room(stage: Stage) -> None:
    part = b"\x81\xff" + (99_000).to_bytes(8) + bytes(4) + b"x" * 90_000
    room = socket_protocol.LONGEST_AT_ONCE_PER_ADDRESS * MAX_BODY_BYTES // 90_000
    async with serving(make_app(stage)) as server, AsyncExitStack() as stack:
        many = [await stack.enter_async_context(opened(server)) for _ in range(room + 1)]
        for socket in many:
            socket.connection.transport.write(part)
        codes = [asyncio.create_task(socket.closed()) for socket in many]
        done, _ = await asyncio.wait(codes, return_when=asyncio.FIRST_COMPLETED)
        assert {code.result() for code in done} == {CloseCode.TRY_LATER}
        for code in codes:
            code.cancel()
        for socket in many:
            socket.connection.transport.abort()
        async with opened(server) as socket:
            await socket.start()

            async def is_heard() -> bool:
                return (await socket.run("{ hello }" + " " * 90_000))[-1]["type"] == "complete"

            await until(is_heard)


@pytest.mark.parametrize("query", ["subscription { forever { id } }", FLOOD])
async def test_one_who_leaves_ends_all_that_was_his(stage: Stage, caplog: pytest.LogCaptureFixture, query: str) -> None:
    live = LiveConnections()
    async with serving(make_app(stage, live=live)) as server:
        for leave in ("abort", "write_eof", "close"):
            async with opened(server, "session=good") as socket:
                await socket.start()
                await socket.subscribe("1", query)
                await socket.receive()
                getattr(socket.connection.transport, leave)()
                await until(lambda: stage.open_streams == 0 == live.sockets.total == live.subscriptions.total)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def answers_to_pings(connection: ClientConnection, *, answer: bool) -> list[Frame]:
    """Collects the pongs that the client makes from now on, and sends them, or not."""
    pongs: list[Frame] = []
    send_frame = connection.protocol.send_frame

    def send(frame: Frame) -> None:
        if frame.opcode is Opcode.PONG:
            pongs.append(frame)
        if answer or frame.opcode is not Opcode.PONG:
            send_frame(frame)

    connection.protocol.send_frame = send  # type: ignore[method-assign]
    return pongs


async def _drained(connection: ClientConnection) -> None:
    while connection.transport.get_write_buffer_size():
        await asyncio.sleep(0.001)
        if connection.transport.is_closing():
            raise ConnectionError


async def _write_on(connection: ClientConnection) -> None:
    while not connection.transport.is_closing():
        connection.transport.write(PING)
        await asyncio.sleep(0.01)
    raise ConnectionError
