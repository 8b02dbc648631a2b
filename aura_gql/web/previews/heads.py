"""Heads of requests and answers, held to the letter: where two read one differently, a request can hide in another."""

import re

MAX_HEAD_BYTES = 64 * 1024
_END = b"\r\n\r\n"
_HEAD_END = re.compile(_END)
_BARE_LF = re.compile(rb"(?<!\r)\n")
_BARE_CR = re.compile(rb"\r(?!\n)")
_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ (?:/[!-~]*|\*) HTTP/1\.[01]")


class BadMessage(Exception):
    """Nobody can say for sure what was sent; the words say why, and `status` is what to answer to such a request."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class HeadBuffer:
    """Bytes as they arrive, until a head is whole. Each byte is looked at once, however small the pieces are."""

    def __init__(self, begun: bytes = b"") -> None:
        self._bytes = bytearray()
        self._end = -1
        self.add(begun)

    @property
    def is_whole(self) -> bool:
        """Whether the head has ended."""
        return self._end >= 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come."""
        return not self._bytes

    def add(self, piece: bytes) -> None:
        """Take what came. BadMessage where the head is too long, or has an end of line that is none."""
        seen = len(self._bytes)
        self._bytes += piece
        if found := _HEAD_END.search(self._bytes, max(0, seen - len(_END) + 1)):
            self._end = found.end()
        until = self._end if self.is_whole else len(self._bytes)
        if _BARE_LF.search(self._bytes, seen, until):
            raise BadMessage("A line of the head ends in a bare line feed.")
        if until > MAX_HEAD_BYTES:
            raise BadMessage("The head is too long.", 431)

    def split(self) -> tuple[bytes, bytes]:
        """The head, and what came behind it."""
        return bytes(self._bytes[: self._end]), bytes(self._bytes[self._end :])


def check_request(head: bytes) -> None:
    """BadMessage unless it is that of a request whose end only one reader can find."""
    line, fields = _lines(head)
    if not _REQUEST_LINE.fullmatch(line):
        raise BadMessage("The request line is not one of HTTP/1.1 to an origin.")
    encodings = _check_framing(fields)
    if encodings and line.endswith(b"HTTP/1.0"):
        raise BadMessage("HTTP/1.0 has no Transfer-Encoding.")
    if len([field for field in fields if field[0] == b"host"]) != 1:
        raise BadMessage("A request has one Host.")


def check_answer(head: bytes) -> None:
    """BadMessage unless it is that of an answer whose end only one reader can find."""
    _check_framing(_lines(head)[1])


def _lines(head: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The first line, and the fields with their names in lower case."""
    if _BARE_CR.search(head):
        raise BadMessage("The head has a bare carriage return.")
    first, *lines = head.removesuffix(_END).split(b"\r\n")
    fields = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip():
            raise BadMessage("A line of the head is no field, or goes on with another's.")
        fields.append((name.lower(), value.strip(b" \t")))
    return first, fields


def _check_framing(fields: list[tuple[bytes, bytes]]) -> list[bytes]:
    """The values of Transfer-Encoding, of which there is at most one."""
    lengths = [value for name, value in fields if name == b"content-length"]
    encodings = [value for name, value in fields if name == b"transfer-encoding"]
    if len(lengths) + len(encodings) > 1:
        raise BadMessage("The length of the body is told more than once.")
    if lengths and not (lengths[0].isdigit() and len(lengths[0]) < 20):
        raise BadMessage("Content-Length is no number.")
    if encodings and encodings[0].lower() != b"chunked":
        raise BadMessage("The only Transfer-Encoding is `chunked`.", 501)
    return encodings
