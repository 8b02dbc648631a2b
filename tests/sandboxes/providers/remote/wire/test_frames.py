"""A line says one frame, or nothing."""

import random
import zlib

import pytest

from aura_gql.sandboxes.providers.remote.wire.frames import (
    MAX_LINE_BYTES,
    MAX_PAYLOAD_BYTES,
    Frame,
    FrameKind,
    decode,
    encode,
)


@pytest.mark.parametrize("kind", FrameKind)
@pytest.mark.parametrize("payload", [b"", b"x", bytes(range(256)), b"\n" * MAX_PAYLOAD_BYTES])
def test_what_is_written_is_read(kind: FrameKind, payload: bytes) -> None:
    frame = Frame(kind, 10**15, 7, payload)
    line = encode(frame)
    assert line.endswith(b"\n")
    assert line.isascii()
    assert all(byte >= 32 for byte in line[:-1])
    assert len(line) <= MAX_LINE_BYTES
    assert decode(line[:-1]) == frame


def test_a_damaged_line_says_nothing() -> None:
    line = encode(Frame(FrameKind.DATA, 12, 34, b"hello, world"))[:-1]
    chance = random.Random(1)
    for at in range(len(line)):
        assert decode(line[:at]) is None
        assert decode(line[at + 1 :]) is None
        other = chance.choice([each for each in range(256) if each != line[at]])
        assert decode(line[:at] + bytes([other]) + line[at + 1 :]) is None


def _signed(head: bytes) -> bytes:
    return b"%s.%08x" % (head, zlib.crc32(head))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"D",
        b"D1.2",
        b"Z1.2.",
        b"D-1.2.",
        b"D1.+2.",
        b"D1 .2.",
        b"D1.2.=",
        b"D1.2.YQ",
        b"D1.2.YQ==YQ==",
        b"D1.2.Y Q=",
        b"D1.2.3.",
        b"D" + b"9" * 17 + b".2.",
        b"D\xb2.2.",
        b"D1.2." + b"A" * 4 * (MAX_PAYLOAD_BYTES // 3 + 1),
    ],
)
def test_a_line_that_only_looks_like_one_says_nothing(head: bytes) -> None:
    assert decode(_signed(head)) is None


def test_noise_says_nothing() -> None:
    chance = random.Random(2)
    for size in range(200):
        assert decode(chance.randbytes(size)) is None
