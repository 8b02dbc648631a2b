"""Calls and streams over links that are cut, and another end that lies."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable

import pytest

from aura_gql.kernel.errors import InvalidInput, ProviderUnavailable
from aura_gql.sandboxes.errors import CommandNotFound
from aura_gql.sandboxes.providers.remote.wire.errors import PeerGone, StreamAborted, WireViolation
from aura_gql.sandboxes.providers.remote.wire.messages import MAX_BODY_BYTES, Message, MessageKind, encode
from aura_gql.sandboxes.providers.remote.wire.peer import Call, Handler, Peer
from aura_gql.sandboxes.providers.remote.wire.session import Session
from aura_gql.sandboxes.providers.remote.wire.streams import CREDIT_BYTES
from aura_gql.sandboxes.providers.remote.wire.values import JSON, Answer, Timing
from tests.support.waiting import until
from tests.support.wire_pipes import conversing

QUICK = Timing(tick_s=0.01, hello_s=0.05, nudge_s=0.05)


class Far:
    """The other end, and what it saw."""

    def __init__(self) -> None:
        self.cancelled = 0

    @property
    def handlers(self) -> dict[str, Handler]:
        return {"echo": self.echo, "copy": self.copy, "fail": self.fail, "wait": self.wait, "fill": self.fill}

    async def echo(self, call: Call) -> Answer:
        return Answer(dict(call.arguments), call.body)

    async def copy(self, call: Call) -> Answer:
        (stream,) = call.streams
        size = 0
        while piece := await stream.receive():
            await stream.send(piece)
            size += len(piece)
        stream.end()
        return Answer(size)

    async def fill(self, call: Call) -> Answer:
        await call.streams[0].send(bytes(10_000_000))
        return Answer()

    async def fail(self, call: Call) -> Answer:
        if call.arguments["how"] == "words":
            raise CommandNotFound("No such program.", field=("command",))
        raise KeyError("secret")

    async def wait(self, call: Call) -> Answer:
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Answer()


@contextlib.asynccontextmanager
async def talking(
    far: Far | None = None, lengths: Callable[[], tuple[int | None, int | None]] = lambda: (None, None)
) -> AsyncIterator[tuple[Peer, Peer]]:
    leader, follower = Session("leader", leads=True, timing=QUICK), Session("follower", leads=False, timing=QUICK)
    near, other = Peer(leader), Peer(follower, (far or Far()).handlers)
    async with conversing(leader, follower, lengths):
        try:
            yield near, other
        finally:
            near.close()
            other.close()
            await other.closed()


async def test_calls_are_answered_side_by_side() -> None:
    async with talking() as (peer, _):
        calls = [peer.call("echo", {"number": number}, bytes(number)) for number in range(50)]
        answers = await asyncio.gather(*calls)
        assert answers == [Answer({"number": number}, bytes(number)) for number in range(50)]
        large: JSON = {"text": "ä" * 400_000}
        assert await peer.call("echo", large, bytes(MAX_BODY_BYTES)) == Answer(large, bytes(MAX_BODY_BYTES))  # type: ignore[arg-type]


async def test_errors_pass_by_their_names() -> None:
    async with talking() as (peer, _):
        with pytest.raises(CommandNotFound, match="No such program") as told:
            await peer.call("fail", {"how": "words"})
        assert told.value.field == ("command",)
        for method in ("fail", "nothing"):
            with pytest.raises(ProviderUnavailable) as unknown:
                await peer.call(method, {"how": "badly"})
            assert "secret" not in unknown.value.message


async def test_who_is_cancelled_waits_for_the_other_end() -> None:
    far = Far()
    async with talking(far) as (peer, _):
        for pause in (0.05, 0.0):
            call = asyncio.create_task(peer.call("wait"))
            await asyncio.sleep(pause)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        assert far.cancelled >= 1  # of the other the call may not have begun
        assert (await peer.call("echo")).result == {}


async def test_five_megabytes_both_ways_over_links_that_are_cut_every_few_kilobytes() -> None:
    chance = random.Random(7)
    data = chance.randbytes(5_000_000)
    came = bytearray()
    async with talking(lengths=lambda: (chance.randint(70_000, 300_000), chance.randint(70_000, 300_000))) as (peer, _):
        stream = peer.open_stream()

        async def send() -> None:
            await stream.send(data)
            stream.end()

        async def receive() -> None:
            while piece := await stream.receive():
                came.extend(piece)

        answer, *_ = await asyncio.gather(peer.call("copy", streams=[stream]), send(), receive())
    assert answer.result == len(data)
    assert came == data


async def test_a_reader_who_does_not_read_stops_nobody_else() -> None:
    async with talking() as (peer, _):
        idle = peer.open_stream()
        filling = asyncio.create_task(peer.call("fill", streams=[idle]))
        await until(lambda: len(idle._held) == CREDIT_BYTES)
        stream = peer.open_stream()
        copying = asyncio.create_task(peer.call("copy", streams=[stream]))
        await stream.send(b"hello")
        assert await stream.receive() == b"hello"
        stream.end()
        assert (await copying).result == 5
        assert not filling.done()
        idle.abort()
        with pytest.raises(ProviderUnavailable):
            await filling


async def test_who_opens_a_stream_last_may_be_the_first_to_call() -> None:
    async with talking() as (peer, _), asyncio.timeout(20):
        streams = [peer.open_stream() for _ in range(3)]
        for number, stream in enumerate(streams):
            await stream.send(bytes(number))
        streams[1].abort()
        calls = [asyncio.create_task(peer.call("copy", streams=[stream])) for stream in reversed(streams)]
        for stream in streams:
            stream.end()
        assert [(await calls[0]).result, (await calls[2]).result] == [2, 0]
        assert [await streams[2].receive(), await streams[0].receive()] == [bytes(2), b""]
        with pytest.raises(ProviderUnavailable):
            await calls[1]


async def test_when_it_is_over_everybody_is_told() -> None:
    async with talking() as (peer, other):
        stream = peer.open_stream()
        tasks: list[asyncio.Task[object]] = [
            asyncio.create_task(peer.call("wait")),
            asyncio.create_task(stream.receive()),
            asyncio.create_task(stream.send(bytes(CREDIT_BYTES * 2))),
        ]
        await asyncio.sleep(0.02)
        peer.close("gone")
        peer.close("again")
        for task in tasks:
            with pytest.raises(PeerGone, match="gone"):
                await task
        with pytest.raises(PeerGone):
            await peer.call("echo")
        with pytest.raises(PeerGone):
            peer.open_stream()
        assert peer.gone
        other.close()
        await other.closed()


async def test_who_waits_for_room_is_told_too() -> None:
    session = Session("leader", leads=True)  # nobody hears what it says
    peer = Peer(session)
    stream = peer.open_stream()
    waiting: list[asyncio.Task[object]] = [
        asyncio.create_task(peer.call("echo", {}, bytes(MAX_BODY_BYTES), streams=[stream])),
        asyncio.create_task(stream.send(b"x")),
        asyncio.create_task(peer.call("echo")),
    ]
    await asyncio.sleep(0.02)
    assert not any(task.done() for task in waiting)
    peer.close()
    async with asyncio.timeout(20):
        for task in waiting:
            with pytest.raises(PeerGone):
                await task


async def test_streams_that_are_over_are_forgotten() -> None:
    async with talking() as (peer, other):
        for _ in range(5):
            stream = peer.open_stream()
            copying = asyncio.create_task(peer.call("copy", streams=[stream]))
            stream.end()
            assert await stream.receive() == b""
            await copying
        assert not peer._streams
        assert not other._streams


def far_call(value: JSON) -> bytes:
    return encode(Message(MessageKind.CALL, 1, value))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"nonsense",
        far_call({"method": "echo", "arguments": {}, "streams": []}),
        encode(Message(MessageKind.ANSWER, 2)),
        encode(Message(MessageKind.FAILED, 0, {"kind": "Exit"})),
        encode(Message(MessageKind.DATA, 2, None, b"x")),
        encode(Message(MessageKind.DATA, 1, None, bytes(CREDIT_BYTES + 1))),
        encode(Message(MessageKind.CREDIT, 1, None, bytes([255] * 8))),
    ],
)
async def test_a_lie_is_a_violation(message: bytes) -> None:
    session = Session("leader", leads=True)
    peer = Peer(session)
    calling = asyncio.create_task(peer.call("copy", streams=[peer.open_stream()]))
    await asyncio.sleep(0)
    with pytest.raises(WireViolation):
        session.deliver(message)
    peer.close()
    with pytest.raises(PeerGone):
        await calling


async def test_late_words_are_passed_over() -> None:
    session = Session("leader", leads=True)
    peer = Peer(session)
    stream = peer.open_stream()
    calling = asyncio.create_task(peer.call("copy", streams=[stream]))
    await asyncio.sleep(0)
    stream.abort()
    for kind in (MessageKind.DATA, MessageKind.END, MessageKind.CREDIT, MessageKind.ABORT, MessageKind.CANCEL):
        session.deliver(encode(Message(kind, 1, None, b"x")))
    session.deliver(encode(Message(MessageKind.ANSWER, 0)))
    with pytest.raises(StreamAborted):
        await stream.receive()
    session.deliver(encode(Message(MessageKind.ANSWER, 1)))
    assert await calling == Answer()


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"method": 1, "arguments": {}, "streams": []},
        {"method": "echo", "arguments": [], "streams": []},
        {"method": "echo", "arguments": {}, "streams": [0]},
        {"method": "echo", "arguments": {}, "streams": [1, 1]},
        {"method": "echo", "arguments": {}, "streams": [True]},
        {"method": "echo", "arguments": {}, "streams": [1 << 40]},
    ],
)
async def test_a_call_that_is_none_is_a_violation(value: JSON) -> None:
    session = Session("follower", leads=False)
    Peer(session, Far().handlers)
    with pytest.raises(WireViolation):
        session.deliver(far_call(value))


async def test_arguments_that_are_too_large_are_refused_at_home() -> None:
    async with talking() as (peer, _):
        with pytest.raises(InvalidInput):
            await peer.call("echo", {"text": "x" * (1 << 20)})
        with pytest.raises(InvalidInput):
            await peer.call("echo", {}, bytes(MAX_BODY_BYTES + 1))
