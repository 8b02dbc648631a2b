"""Many files in one stream of bytes: before each its path, mode and size; a mark at the end tells that nothing is
missing.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aura_gql.sandboxes.values import SandboxFile

PIECE_BYTES = 64 * 1024
MAX_HEADER_BYTES = 32 * 1024
_LENGTH_BYTES = 4
_END = bytes(_LENGTH_BYTES)


class BadStream(ValueError):
    """What came is no stream of files, or is cut off."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A file begins, whose `size` bytes follow."""

    path: str
    executable: bool
    size: int


def encoded_files(files: Iterable[SandboxFile]) -> Iterator[bytes]:
    """Files as pieces of 64 KiB, the last one shorter: small files share a piece, and large ones have many."""
    held = bytearray()
    for file in files:
        held += _heading(file)
        for start in range(0, len(file.data), PIECE_BYTES):
            held += memoryview(file.data)[start : start + PIECE_BYTES]
            yield from _whole_pieces(held)
        yield from _whole_pieces(held)
    yield bytes(held) + _END


class FileStreamReader:
    """Feed it the stream in pieces of any size; it gives headings, each followed by the bytes of its file."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._left = 0
        self._ended = False

    def feed(self, data: bytes) -> Iterator[Heading | bytes]:
        """What the next piece brings; to be read to its end. BadStream."""
        self._held += data
        while self._held:
            if self._ended:
                raise BadStream("The stream of files goes on behind its end.")
            if self._left:
                piece = bytes(self._held[: self._left])
                del self._held[: len(piece)]
                self._left -= len(piece)
                yield piece
                continue
            length = int.from_bytes(self._held[:_LENGTH_BYTES], "big")
            if len(self._held) < _LENGTH_BYTES + length and length <= MAX_HEADER_BYTES:
                return
            text = bytes(self._held[_LENGTH_BYTES : _LENGTH_BYTES + length])
            del self._held[: _LENGTH_BYTES + length]
            if not length:
                self._ended = True
                continue
            heading = _read_heading(text)
            self._left = heading.size
            yield heading

    def finish(self) -> None:
        """BadStream where something is missing."""
        if not self._ended:
            raise BadStream("The stream of files is cut off.")


def _whole_pieces(held: bytearray) -> Iterator[bytes]:
    while len(held) >= PIECE_BYTES:
        yield bytes(held[:PIECE_BYTES])
        del held[:PIECE_BYTES]


def _heading(file: SandboxFile) -> bytes:
    text = json.dumps([file.path, file.executable, len(file.data)]).encode()
    return len(text).to_bytes(_LENGTH_BYTES, "big") + text


def _read_heading(text: bytes) -> Heading:
    if len(text) > MAX_HEADER_BYTES:
        raise BadStream("A path in the stream of files is too long.")
    try:
        path, executable, size = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadStream("A file in the stream has no heading.") from error
    if type(path) is not str or type(executable) is not bool or type(size) is not int or size < 0:
        raise BadStream("A file's heading says path, mode and size.")
    return Heading(path, executable, size)
