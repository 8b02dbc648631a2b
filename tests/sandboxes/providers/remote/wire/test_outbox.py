"""What was said is kept until it was heard."""

import asyncio

import pytest

from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.frames import MAX_PAYLOAD_BYTES, FrameKind
from aura_gql.sandboxes.providers.remote.wire.outbox import MAX_UNHEARD_BYTES, Outbox


async def test_frames_are_numbered_and_kept() -> None:
    outbox = Outbox()
    outbox.put(b"a")
    outbox.put(b"b" * (MAX_PAYLOAD_BYTES + 1))
    frames = [outbox.take(5) for _ in range(3)]
    assert [(frame.kind, frame.number, frame.ack, len(frame.payload)) for frame in frames] == [
        (FrameKind.DATA, 1, 5, 1),
        (FrameKind.MORE, 2, 5, MAX_PAYLOAD_BYTES),
        (FrameKind.DATA, 3, 5, 1),
    ]
    assert not outbox.has_next
    assert not outbox.is_heard
    outbox.acknowledge(1)
    outbox.rewind()
    assert outbox.take(0).number == 2
    outbox.acknowledge(3)
    assert not outbox.has_next
    assert outbox.is_heard
    outbox.acknowledge(1)
    outbox.put(b"")
    assert (outbox.take(0).number, outbox.sent) == (4, 4)


async def test_what_was_never_sent_can_not_be_acknowledged() -> None:
    outbox = Outbox()
    outbox.put(b"a")
    with pytest.raises(WireViolation):
        outbox.acknowledge(1)


async def test_room_is_given_in_turn() -> None:
    outbox, order = Outbox(), list[int]()
    outbox.put(bytes(MAX_UNHEARD_BYTES))

    async def say(number: int) -> None:
        await outbox.room()
        order.append(number)
        outbox.put(bytes(MAX_UNHEARD_BYTES))

    waiting = [asyncio.create_task(say(number)) for number in range(3)]
    for number in range(3):
        await asyncio.sleep(0.01)
        assert order == list(range(number))
        while outbox.has_next:
            outbox.acknowledge(outbox.take(0).number)
    await asyncio.gather(*waiting)
    assert order == [0, 1, 2]


async def test_one_who_gives_up_waiting_keeps_nobody_else() -> None:
    outbox = Outbox()
    outbox.put(bytes(MAX_UNHEARD_BYTES))
    first, second = (asyncio.create_task(outbox.room()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    while outbox.has_next:
        outbox.acknowledge(outbox.take(0).number)
    await second
    assert first.cancelled()
