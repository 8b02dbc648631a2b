"""Messages as bytes, and what is none."""

import random

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.messages import MAX_JSON_BYTES, Message, MessageKind, decode, encode


@pytest.mark.parametrize(
    "message",
    [
        Message(MessageKind.CALL, 1, {"method": "m", "arguments": {"a": ["ä", None, 1.5]}, "streams": []}, b"\0body"),
        Message(MessageKind.ANSWER, 2**32 - 1, None, b""),
        Message(MessageKind.FAILED, 3, {"text": "\udc80"}),
        Message(MessageKind.DATA, 4, None, b"{}"),
        Message(MessageKind.CANCEL, 5),
    ],
)
def test_what_is_written_is_read(message: Message) -> None:
    assert decode(encode(message)) == message


def test_long_json_is_refused_before_it_is_sent() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        encode(Message(MessageKind.ANSWER, 1, "x" * MAX_JSON_BYTES))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\x00\0\0\0\1",
        b"\x63\0\0\0\1",
        b"\x01\0\0\0\1",
        b"\x01\0\0\0\1\0\0\0\5{}",
        b"\x02\0\0\0\1\xff\xff\xff\xff{}",
        b"\x02\0\0\0\1\0\0\0\2{x",
        b"\x02\0\0\0\1\0\0\0\2\xff\xff",
        b"\x02\0\0\0\1" + (20_000).to_bytes(4, "big") + b"[" * 20_000,
    ],
)
def test_anything_else_is_a_violation(data: bytes) -> None:
    with pytest.raises(WireViolation):
        decode(data)


def test_noise_raises_nothing_else() -> None:
    chance = random.Random(3)
    for size in range(300):
        try:
            decode(bytes([chance.randrange(10)]) + chance.randbytes(size))
        except WireViolation:
            continue
