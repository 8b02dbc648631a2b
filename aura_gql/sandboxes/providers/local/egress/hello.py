"""The name that a TLS client asks for, read from its first message without touching it."""

from dataclasses import dataclass

HANDSHAKE, CLIENT_HELLO, SERVER_NAME, HOST_NAME = 22, 1, 0, 0
RECORD_HEAD, MESSAGE_HEAD = 5, 4
MAX_RECORD = 1 << 14
# Larger ones there are, for keys against quantum computers, but not by an order of magnitude.
MAX_HELLO = 1 << 14
# Nobody who means well cuts it up further, and each piece costs us time.
MAX_RECORDS = 8

UNRECOGNISED_NAME = bytes((21, 3, 3, 0, 2, 2, 112))
"""The fatal alert that tells a client that its name is not welcome."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A ClientHello, as far as it matters here: `name` is None where it asks for none."""

    name: str | None


class NotTls(Exception):
    """The bytes are not the beginning of a TLS connection, or a longer one than is waited for."""


def parse_hello(data: bytes) -> Hello | None:
    """The ClientHello at the start of a stream; None where more bytes are needed. Raises NotTls."""
    message = b""
    for _ in range(MAX_RECORDS):
        if len(data) < RECORD_HEAD:
            if data[:1] not in (b"", bytes((HANDSHAKE,))):
                raise NotTls
            return None
        length = int.from_bytes(data[3:RECORD_HEAD], "big")
        if data[0] != HANDSHAKE or data[1] != 3 or not 0 < length <= MAX_RECORD:
            raise NotTls
        message += data[RECORD_HEAD : RECORD_HEAD + length]
        data = data[RECORD_HEAD + length :]
        if message[:1] not in (b"", bytes((CLIENT_HELLO,))):
            raise NotTls
        if len(message) >= MESSAGE_HEAD:
            wanted = MESSAGE_HEAD + int.from_bytes(message[1:MESSAGE_HEAD], "big")
            if wanted > MAX_HELLO:
                raise NotTls
            if len(message) >= wanted:
                return Hello(_name_in(_Reader(message[MESSAGE_HEAD:wanted])))
        if not data:
            return None
    raise NotTls


class _Reader:
    """Takes a message apart. Whatever is too short for what it says raises NotTls."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, count: int) -> bytes:
        if count > len(self.data):
            raise NotTls
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> "_Reader":
        """What follows its own length of `size` bytes."""
        return _Reader(self.take(self.number(size)))


def _name_in(hello: _Reader) -> str | None:
    """The host name of the server_name extension (RFC 6066)."""
    hello.take(34)  # version and random
    for size in (1, 2, 1):  # session, cipher suites, compression
        hello.vector(size)
    if not hello.data:
        return None
    extensions = hello.vector(2)
    name = None
    while extensions.data:
        kind, content = extensions.number(2), extensions.vector(2)
        if kind != SERVER_NAME:
            continue
        names = content.vector(2)
        if name is not None or content.data or names.number(1) != HOST_NAME:
            raise NotTls
        name = names.vector(2).data.decode("ascii", "replace").lower().removesuffix(".")
        if names.data:
            raise NotTls
    return name
