"""Making chunks of what a process writes: few, of whole lines where there are any, and never with a split character."""

from dataclasses import dataclass, field
from datetime import datetime

from aura_gql.kernel.utf8 import incomplete_tail
from aura_gql.sandboxes.values import OutputStream

MAX_CHUNK_BYTES = 16 * 1024


def cut(data: bytes) -> int:
    """How many bytes the next chunk takes of too many: up to the last newline, else to the end of a character."""
    newline = data.rfind(b"\n", 0, MAX_CHUNK_BYTES)
    if newline >= 0:
        return newline + 1
    return MAX_CHUNK_BYTES - incomplete_tail(data[:MAX_CHUNK_BYTES])


@dataclass(slots=True)
class PendingChunk:
    """A chunk that may still grow: what one stream wrote without the other coming between."""

    stream: OutputStream
    at: datetime
    data: bytearray = field(default_factory=bytearray)


class OutputAssembler:
    """Collects writes into pending chunks. A character that is not complete waits, at most 3 bytes, for its rest."""

    def __init__(self) -> None:
        self._pending: list[PendingChunk] = []
        self._held: dict[OutputStream, bytes] = {}
        self.size = 0

    def feed(self, stream: OutputStream, data: bytes, at: datetime) -> None:
        """Add what was read."""
        data = self._held.pop(stream, b"") + data
        tail = incomplete_tail(data)
        if tail:
            self._held[stream] = data[-tail:]
            data = data[:-tail]
        self._append(stream, data, at)

    def finish(self, at: datetime) -> None:
        """No more comes: what waited for its rest goes out as it is."""
        for stream, rest in self._held.items():
            self._append(stream, rest, at)
        self._held.clear()

    def drop_held(self) -> None:
        """Forget what waits for its rest, where the output is cut off."""
        self._held.clear()

    def take(self, max_bytes: int, max_chunks: int) -> list[PendingChunk]:
        """The oldest pending chunks within the bounds, at least one if there is any."""
        taken: list[PendingChunk] = []
        size = 0
        for chunk in self._pending[:max_chunks]:
            if taken and size + len(chunk.data) > max_bytes:
                break
            taken.append(chunk)
            size += len(chunk.data)
        del self._pending[: len(taken)]
        self.size -= size
        return taken

    @property
    def ends_line(self) -> bool:
        """Whether what is pending ends with a line's end, or nothing is."""
        return not self._pending or self._pending[-1].data.endswith(b"\n")

    @property
    def count(self) -> int:
        """How many chunks are pending."""
        return len(self._pending)

    def _append(self, stream: OutputStream, data: bytes, at: datetime) -> None:
        self.size += len(data)
        last = self._pending[-1] if self._pending else None
        if last is not None and last.stream is stream and len(last.data) + len(data) <= MAX_CHUNK_BYTES:
            last.data += data
            return
        while len(data) > MAX_CHUNK_BYTES:
            end = cut(data)
            self._pending.append(PendingChunk(stream, at, bytearray(data[:end])))
            data = data[end:]
        if data:
            self._pending.append(PendingChunk(stream, at, bytearray(data)))
