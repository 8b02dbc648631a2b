"""One end of a stream: what it takes, and what it refuses."""

import asyncio

import pytest

from aura_gql.sandboxes.providers.remote.wire.errors import PeerGone, StreamAborted, WireViolation
from aura_gql.sandboxes.providers.remote.wire.messages import Message, MessageKind
from aura_gql.sandboxes.providers.remote.wire.streams import CREDIT_BYTES, Stream


class End:
    """A stream whose other end is the test."""

    def __init__(self) -> None:
        self.said = list[Message]()
        self.over = list[int]()
        self.stream = Stream(3, self.said.append, self._room, self.over.append)
        self.stream.announce()

    async def _room(self) -> None:
        return

    def hear(self, kind: MessageKind, body: bytes = b"") -> None:
        self.stream.hear(Message(kind, 3, None, body))


async def test_bytes_come_to_their_end() -> None:
    end = End()
    end.hear(MessageKind.DATA, b"x" * 70_000)
    end.hear(MessageKind.DATA, b"y")
    end.hear(MessageKind.END)
    assert [len(await end.stream.receive()) for _ in range(3)] == [65_536, 4465, 0]
    assert not end.over
    end.stream.end()
    end.stream.end()
    assert [message.kind for message in end.said] == [MessageKind.END]
    assert end.over == [3]


async def test_sending_waits_for_credit() -> None:
    end = End()
    sending = asyncio.create_task(end.stream.send(bytes(CREDIT_BYTES + 10)))
    await asyncio.sleep(0.01)
    assert sum(len(message.body) for message in end.said) == CREDIT_BYTES
    end.hear(MessageKind.CREDIT, (4).to_bytes(4, "big"))
    await asyncio.sleep(0.01)
    assert not sending.done()
    end.hear(MessageKind.CREDIT, (100).to_bytes(4, "big"))
    await sending
    assert sum(len(message.body) for message in end.said) == CREDIT_BYTES + 10


async def test_what_was_read_is_given_back() -> None:
    end = End()
    end.hear(MessageKind.DATA, bytes(CREDIT_BYTES))
    for _ in range(4):
        await end.stream.receive()
    given = sum(int.from_bytes(message.body, "big") for message in end.said)
    assert given == CREDIT_BYTES
    end.hear(MessageKind.DATA, bytes(CREDIT_BYTES))


async def test_more_than_was_asked_for_is_a_violation() -> None:
    end = End()
    end.hear(MessageKind.DATA, bytes(CREDIT_BYTES))
    with pytest.raises(WireViolation):
        end.hear(MessageKind.DATA, b"x")
    with pytest.raises(WireViolation):
        end.hear(MessageKind.CREDIT, b"\xff" * 1000)
    other = End()
    other.hear(MessageKind.END)
    with pytest.raises(WireViolation):
        other.hear(MessageKind.DATA, b"x")


@pytest.mark.parametrize("is_theirs", [True, False])
async def test_giving_up_wakes_both_directions(is_theirs: bool) -> None:
    end = End()
    receiving = asyncio.create_task(end.stream.receive())
    sending = asyncio.create_task(end.stream.send(bytes(CREDIT_BYTES + 1)))
    await asyncio.sleep(0.01)
    if is_theirs:
        end.hear(MessageKind.ABORT)
    else:
        end.stream.abort()
        end.stream.abort()
    for task in (receiving, sending):
        with pytest.raises(StreamAborted):
            await task
    assert end.over == [3]
    aborts = [message for message in end.said if message.kind is MessageKind.ABORT]
    assert len(aborts) == (not is_theirs)


async def test_what_came_before_the_end_of_all_can_still_be_read() -> None:
    end = End()
    end.hear(MessageKind.DATA, b"last words")
    end.stream.break_off(PeerGone("over"))
    assert await end.stream.receive() == b"last words"
    with pytest.raises(PeerGone):
        await end.stream.receive()
    end.stream.end()
    end.stream.abort()
    assert end.said == []


async def test_what_is_said_before_the_other_end_knows_of_it_comes_behind() -> None:
    said = list[Message]()

    async def room() -> None:
        return

    stream = Stream(1, said.append, room, lambda _: None)
    await stream.send(b"early")
    stream.end()
    assert said == []
    stream.announce()
    assert [message.kind for message in said] == [MessageKind.DATA, MessageKind.END]
