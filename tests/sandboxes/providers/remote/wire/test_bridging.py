"""A socket and a stream as one connection."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from aura_gql.sandboxes.providers.remote.wire.bridging import bridge
from aura_gql.sandboxes.providers.remote.wire.errors import StreamAborted
from aura_gql.sandboxes.providers.remote.wire.peer import Call, Peer
from aura_gql.sandboxes.providers.remote.wire.session import Session
from aura_gql.sandboxes.providers.remote.wire.streams import Stream
from aura_gql.sandboxes.providers.remote.wire.values import Answer
from tests.support.waiting import until
from tests.support.wire_pipes import conversing


@dataclass
class Connected:
    """A socket whose other end is bridged to `stream`."""

    ours: socket.socket
    stream: Stream
    bridging: asyncio.Task[None]

    async def receive(self) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self.ours, 1 << 16)


@pytest.fixture
async def connected() -> AsyncIterator[Connected]:
    leader, follower = Session("leader", leads=True), Session("follower", leads=False)
    accepted: asyncio.Future[Stream] = asyncio.get_running_loop().create_future()

    async def accept(call: Call) -> Answer:
        accepted.set_result(call.streams[0])
        return Answer()

    near = Peer(leader)
    Peer(follower, {"accept": accept})
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    async with conversing(leader, follower):
        stream = near.open_stream()
        await near.call("accept", streams=[stream])
        bridging = asyncio.create_task(bridge(await accepted, theirs))
        with ours:
            yield Connected(ours, stream, bridging)
        bridging.cancel()
        await asyncio.wait({bridging})


async def test_each_direction_ends_by_itself(connected: Connected) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connected.ours, b"question")
    connected.ours.shutdown(socket.SHUT_WR)
    assert await connected.stream.receive() == b"question"
    assert await connected.stream.receive() == b""
    await connected.stream.send(b"answer")
    connected.stream.end()
    assert await connected.receive() == b"answer"
    assert await connected.receive() == b""
    await connected.bridging


async def test_who_closes_gives_both_up(connected: Connected) -> None:
    connected.ours.close()
    with pytest.raises(StreamAborted):
        await connected.stream.receive()
    await connected.bridging


async def test_what_is_given_up_there_is_closed_here(connected: Connected) -> None:
    connected.stream.abort()
    assert await connected.receive() == b""
    await connected.bridging


async def test_who_does_not_read_holds_the_other_back(connected: Connected) -> None:
    sending = asyncio.create_task(connected.stream.send(bytes(5_000_000)))
    await until(lambda: connected.stream._may_go == 0)
    assert not sending.done()
    size = 0
    while size < 5_000_000:
        size += len(await connected.receive())
    await sending
