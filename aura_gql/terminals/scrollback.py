"""What a terminal has shown last: numbered chunks in a bounded ring."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from aura_gql.kernel.utf8 import incomplete_tail
from aura_gql.terminals.records import TerminalGap, TerminalOutput

MAX_CHUNK_BYTES = 16 * 1024
# A chunk costs memory beside its bytes, so small ones, one for each key that is echoed, are bounded by number.
BYTES_PER_CHUNK = 32
_ESCAPE, _NEWLINE = 0x1B, 0x0A
_LOOK_FOR_START_BYTES = 4096


@dataclass(frozen=True, slots=True)
class _Chunk:
    data: bytes
    at: datetime


class Scrollback:
    """Keeps the newest chunks, of `max_bytes` in all. They are numbered from 1; those dropped keep their numbers."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._max_chunks = max(1, max_bytes // BYTES_PER_CHUNK)
        self._chunks: deque[_Chunk] = deque()
        self._size = 0
        self.last = 0

    @property
    def first(self) -> int:
        """The number of the oldest chunk that is kept; of the next one to come where none is."""
        return self.last - len(self._chunks) + 1

    def add(self, data: bytes, at: datetime) -> None:
        """Keep what was read, as chunks that end with a line or a character where they must be cut."""
        while data:
            end = len(data) if len(data) <= MAX_CHUNK_BYTES else _cut(data)
            self._chunks.append(_Chunk(data[:end], at))
            self._size += end
            self.last += 1
            data = data[end:]
        while len(self._chunks) > self._max_chunks or (self._size > self._max_bytes and len(self._chunks) > 1):
            self._size -= len(self._chunks.popleft().data)

    def behind(self, after: int, max_bytes: int) -> TerminalGap | TerminalOutput | None:
        """What comes next for a reader who has seen `after`: at least a chunk if there is one, or else what is missing.

        None where he has seen all.
        """
        if after + 1 < self.first:
            return TerminalGap(after + 1, self.first - 1)
        taken: list[bytes] = []
        size, at = 0, None
        for chunk in islice(self._chunks, after + 1 - self.first, None):
            if taken and size + len(chunk.data) > max_bytes:
                break
            taken.append(chunk.data)
            size, at = size + len(chunk.data), chunk.at
        return None if at is None else TerminalOutput(after + 1, after + len(taken), b"".join(taken), at)


def from_a_start(data: bytes) -> bytes:
    """Output whose beginning is lost, from where a terminal can make sense of it: a new line, or an escape sequence."""
    for index, byte in enumerate(data[:_LOOK_FOR_START_BYTES]):
        if byte == _NEWLINE:
            return data[index + 1 :]
        if byte == _ESCAPE:
            return data[index:]
    return data


def _cut(data: bytes) -> int:
    """How many bytes the next chunk takes of too many."""
    newline = data.rfind(b"\n", 0, MAX_CHUNK_BYTES)
    return newline + 1 if newline >= 0 else MAX_CHUNK_BYTES - incomplete_tail(data[:MAX_CHUNK_BYTES])
