"""What was said and is not known to have been heard, in order: it is sent again where it has to be."""

import asyncio
from collections import deque

from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.frames import MAX_PAYLOAD_BYTES, Frame, FrameKind

MAX_UNHEARD_BYTES = 1 << 20
LINE_EXTRA_BYTES = 64


class Outbox:
    """Frames from the first that was not acknowledged to the last; `next` of them is to be sent now."""

    def __init__(self) -> None:
        self._frames: deque[tuple[FrameKind, bytes]] = deque()
        self._first = 1
        self._next = 1
        self._sent = 0
        self._unheard = 0
        self._is_given_up = False
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    @property
    def sent(self) -> int:
        """The highest number that was ever given out."""
        return self._sent

    @property
    def is_heard(self) -> bool:
        """Whether everything that was given out is acknowledged."""
        return self._first > self._sent

    @property
    def has_next(self) -> bool:
        """Whether there is something to send."""
        return self._next < self._first + len(self._frames)

    @property
    def next_line_bytes(self) -> int:
        """How long the line of the next frame is, about."""
        return len(self._frames[self._next - self._first][1]) * 4 // 3 + LINE_EXTRA_BYTES

    def put(self, message: bytes) -> None:
        """Keep a message, in as many frames as it takes. Who may say much waits for `room` before."""
        while True:
            part, message = message[:MAX_PAYLOAD_BYTES], message[MAX_PAYLOAD_BYTES:]
            self._frames.append((FrameKind.MORE if message else FrameKind.DATA, part))
            self._unheard += len(part)
            if not message:
                return

    async def room(self) -> None:
        """Wait, in turn, until less than 1 MiB is unheard; whoever comes back says what he has to say at once."""
        if self._unheard < MAX_UNHEARD_BYTES and not self._turn.locked():
            return
        async with self._turn:
            while self._unheard >= MAX_UNHEARD_BYTES and not self._is_given_up:
                self._changed.clear()
                await self._changed.wait()

    def give_up(self) -> None:
        """Let everybody go who waits for room: nobody will hear anything any more."""
        self._is_given_up = True
        self._changed.set()

    def take(self, ack: int) -> Frame:
        """The next frame to send, which it counts as sent."""
        kind, payload = self._frames[self._next - self._first]
        frame = Frame(kind, self._next, ack, payload)
        self._next += 1
        self._sent = max(self._sent, frame.number)
        return frame

    def acknowledge(self, number: int) -> None:
        """Forget what was heard. WireViolation where it was never said."""
        if number > self._sent:
            raise WireViolation("What was never sent is acknowledged.")
        while self._first <= number:
            self._unheard -= len(self._frames.popleft()[1])
            self._first += 1
        self._next = max(self._next, self._first)
        self._changed.set()

    def rewind(self) -> None:
        """Send again all that was not acknowledged."""
        self._next = self._first
