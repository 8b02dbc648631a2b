"""What a command prints, in one stream: that it runs, then pieces of its two outputs in the order they came in."""

from collections import deque

from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.values import OutputPiece, OutputStream

MAX_PIECE_BYTES = 1 << 16
STARTED = bytes(5)
_STREAMS = {1: OutputStream.STDOUT, 2: OutputStream.STDERR}
_MARKS = {stream: mark for mark, stream in _STREAMS.items()}
_HEAD_BYTES = 5


def encode(piece: OutputPiece) -> bytes:
    """A mark, the length in four bytes, and the bytes."""
    return bytes([_MARKS[piece.stream]]) + len(piece.data).to_bytes(4, "big") + piece.data


class PieceReader:
    """Feed it the stream; it holds less than one piece. `has_started` once the mark for that came."""

    def __init__(self) -> None:
        self.has_started = False
        self._held = bytearray()

    def feed(self, data: bytes) -> deque[OutputPiece]:
        """The pieces that are complete by this. WireViolation for what `encode` does not write."""
        self._held += data
        found: deque[OutputPiece] = deque()
        while len(self._held) >= _HEAD_BYTES:
            mark, size = self._held[0], int.from_bytes(self._held[1:_HEAD_BYTES], "big")
            if not self.has_started:
                if mark or size:
                    raise WireViolation("A command prints before it runs.")
                self.has_started = True
                del self._held[:_HEAD_BYTES]
                continue
            if mark not in _STREAMS or not 0 < size <= MAX_PIECE_BYTES:
                raise WireViolation("That is no piece of output.")
            if len(self._held) < _HEAD_BYTES + size:
                break
            found.append(OutputPiece(_STREAMS[mark], bytes(self._held[_HEAD_BYTES : _HEAD_BYTES + size])))
            del self._held[: _HEAD_BYTES + size]
        return found
