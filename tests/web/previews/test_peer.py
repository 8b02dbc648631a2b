"""One end of an exchange, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import h11
import pytest

from aura_gql.web.previews.heads import MAX_HEAD_BYTES, BadMessage, check_request
from aura_gql.web.previews.peer import Peer, PeerGone
from tests.support.waiting import until


@asynccontextmanager
async def meeting() -> AsyncIterator[tuple[Peer, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A peer, and the streams of who talks to it."""
    came: asyncio.Queue[Peer] = asyncio.Queue()
    server = await asyncio.start_server(
        lambda reader, writer: came.put_nowait(Peer(reader, writer, h11.SERVER, check_request)), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    peer = await came.get()
    yield peer, reader, writer
    writer.close()
    await peer.close()
    server.close()


async def test_reads_messages_one_behind_the_other() -> None:
    async with meeting() as (peer, _, writer):
        writer.write(b"POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await peer.wait()
        head = await peer.receive_head()
        assert isinstance(head, h11.Request)
        body = await peer.receive()
        assert isinstance(body, h11.Data)
        assert body.data == b"abc"
        assert isinstance(await peer.receive(), h11.EndOfMessage)
        await peer.send(h11.Response(status_code=204, headers=[]), h11.EndOfMessage())
        peer.renew()
        assert await peer.wait()
        second = await peer.receive_head()
        assert isinstance(second, h11.Request)
        assert second.target == b"/2"


async def test_notices_that_the_other_has_gone() -> None:
    async with meeting() as (peer, _, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
        await peer.receive_head()
        await peer.receive()
        writer.write_eof()
        with pytest.raises((PeerGone, BadMessage)):
            await peer.receive()
        with pytest.raises(PeerGone):
            await peer.receive_head()
        with pytest.raises(PeerGone):
            await peer.watch()
        assert not await peer.wait()


async def test_holds_only_so_much_that_comes_too_soon() -> None:
    async with meeting() as (peer, _, writer):
        writer.write(bytes(1_000_000))
        await peer.watch()
        assert MAX_HEAD_BYTES <= len(peer.taken_over()) < 4 * MAX_HEAD_BYTES


async def test_waits_for_a_slow_reader_and_gives_up_at_the_end() -> None:
    async with meeting() as (peer, reader, _):
        moves: list[bool] = []
        peer.on_move = lambda: moves.append(True)
        writing = asyncio.create_task(peer.write(bytes(20_000_000)))
        await until(lambda: peer._writer.transport.get_write_buffer_size() > 0)
        assert not writing.done()
        assert moves == []
        assert len(await reader.readexactly(20_000_000)) == 20_000_000
        await writing
        assert moves == [True]
