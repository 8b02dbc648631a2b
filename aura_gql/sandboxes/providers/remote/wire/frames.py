"""Frames as lines of ASCII, so that whatever carries text carries them: `KIND NUMBER.ACK.BASE64.CRC` without the blank.

`ACK` is the number of the last frame that the sender of the line has taken. What is no such line, or damaged, is passed
over by who reads.
"""

import binascii
import zlib
from dataclasses import dataclass
from enum import StrEnum

MAX_PAYLOAD_BYTES = 45_000
"""With them a line stays below 64 KiB, which is what a link takes at a time."""

MAX_LINE_BYTES = 61_000
# Numbers grow for as long as a machine lives, and no further.
_MAX_DIGITS = 16
_CRC_DIGITS = 8


class FrameKind(StrEnum):
    """DATA ends a message and MORE does not: both are numbered, kept and sent again. The rest is sent once.

    HELLO is how the one who leads begins on a new link, and WELCOME the answer; both have its attempt for a number and
    the sender's name for a payload. RESEND asks for everything from a number on. PING tells the highest number that
    was sent and wants a PONG. ACK has nothing to say but what every frame says.
    """

    DATA = "D"
    MORE = "M"
    HELLO = "H"
    WELCOME = "W"
    RESEND = "R"
    PING = "P"
    PONG = "Q"
    ACK = "A"


_KINDS = {ord(kind.value): kind for kind in FrameKind}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a line says."""

    kind: FrameKind
    number: int
    ack: int
    payload: bytes = b""


def encode(frame: Frame) -> bytes:
    """The line, with its end."""
    text = binascii.b2a_base64(frame.payload, newline=False)
    head = b"%s%d.%d.%s" % (frame.kind.value.encode(), frame.number, frame.ack, text)
    return b"%s.%08x\n" % (head, zlib.crc32(head))


def decode(line: bytes) -> Frame | None:
    """The frame of a line without its end; None for anything that `encode` did not write."""
    head, _, crc = line.rpartition(b".")
    kind = _KINDS.get(head[0]) if head else None
    fields = head[1:].split(b".")
    if kind is None or len(fields) != 3 or crc != b"%0*x" % (_CRC_DIGITS, zlib.crc32(head)):
        return None
    number, ack = (_number(text) for text in fields[:2])
    try:
        payload = binascii.a2b_base64(fields[2], strict_mode=True)
    except binascii.Error:
        return None
    if number is None or ack is None or len(payload) > MAX_PAYLOAD_BYTES:
        return None
    return Frame(kind, number, ack, payload)


def _number(text: bytes) -> int | None:
    return int(text) if 0 < len(text) <= _MAX_DIGITS and text.isdigit() else None
