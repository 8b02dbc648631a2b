"""Byte streams between the two ends, both ways, each held back by its own reader and by no other."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from aura_gql.sandboxes.providers.remote.wire.errors import StreamAborted, WireViolation
from aura_gql.sandboxes.providers.remote.wire.messages import Message, MessageKind

CREDIT_BYTES = 256 * 1024
# What was read is given back in parts of this size.
_GIVE_BACK_BYTES = CREDIT_BYTES // 4
PIECE_BYTES = 44_000
READ_BYTES = 64 * 1024
_MAX_CREDIT = 1 << 31


class Stream:
    """One of two ends. One task sends at a time, another one receives."""

    def __init__(
        self,
        number: int,
        say: Callable[[Message], None],
        room: Callable[[], Awaitable[None]],
        on_end: Callable[[int], None],
    ) -> None:
        """For `Peer` alone."""
        self.number = number
        self._out = say
        self._unsaid: list[Message] | None = []
        self._room = room
        self._on_end = on_end
        self._held = bytearray()
        self._may_come = CREDIT_BYTES
        self._may_go = CREDIT_BYTES
        self._read = 0
        self._has_come_to_end = self._has_ended = False
        self._broken: Exception | None = None
        self._came = asyncio.Event()
        self._credited = asyncio.Event()

    async def send(self, data: bytes) -> None:
        """Say all of it, as fast as the other end reads. StreamAborted, PeerGone. Not behind `end`."""
        left = memoryview(data)
        while left:
            while self._may_go <= 0 and self._broken is None:
                self._credited.clear()
                await self._credited.wait()
            await self._room()
            if self._broken is not None:
                raise self._broken
            piece = left[: min(PIECE_BYTES, self._may_go)]
            self._may_go -= len(piece)
            self._say(Message(MessageKind.DATA, self.number, None, bytes(piece)))
            left = left[len(piece) :]

    def end(self) -> None:
        """Nothing more will be sent; the other direction goes on. Safe to repeat."""
        if self._broken is None and not self._has_ended:
            self._has_ended = True
            self._say(Message(MessageKind.END, self.number))
            self._forget_if_over()

    async def receive(self) -> bytes:
        """Up to 64 KiB; nothing at the end. StreamAborted, PeerGone, behind whatever came before."""
        while not self._held:
            if self._has_come_to_end:
                return b""
            if self._broken is not None:
                raise self._broken
            self._came.clear()
            await self._came.wait()
        data = bytes(self._held[:READ_BYTES])
        del self._held[:READ_BYTES]
        self._give_back(len(data))
        return data

    def abort(self) -> None:
        """Give it up, both ways. Safe to repeat, and where it is over."""
        if self._broken is None and not (self._has_ended and self._has_come_to_end):
            self._say(Message(MessageKind.ABORT, self.number))
            self.break_off(StreamAborted("The stream was given up."))

    def announce(self) -> None:
        """For `Peer` alone: the other end knows of it now, by its number, and hears what was said before."""
        unsaid, self._unsaid = self._unsaid or [], None
        for message in unsaid:
            self._out(replace(message, number=self.number))

    def break_off(self, error: Exception) -> None:
        """For `Peer` alone: it is over, and whoever waits is told why. What came before can still be read."""
        if self._broken is None:
            self._broken = error
            self._came.set()
            self._credited.set()
            self._on_end(self.number)

    def hear(self, message: Message) -> None:
        """For `Peer` alone. WireViolation."""
        match message.kind:
            case MessageKind.DATA:
                self._on_data(message.body)
            case MessageKind.CREDIT:
                self._on_credit(int.from_bytes(message.body, "big"))
            case MessageKind.END:
                self._has_come_to_end = True
                self._came.set()
                self._forget_if_over()
            case _:
                self.break_off(StreamAborted("The other end gave the stream up."))

    def _say(self, message: Message) -> None:
        if self._unsaid is None:
            self._out(message)
        else:
            self._unsaid.append(message)

    def _on_data(self, data: bytes) -> None:
        self._may_come -= len(data)
        if self._may_come < 0 or self._has_come_to_end:
            raise WireViolation("More came than was asked for.")
        self._held += data
        self._came.set()

    def _on_credit(self, size: int) -> None:
        self._may_go += size
        if self._may_go > _MAX_CREDIT:
            raise WireViolation("More was asked for than anybody wants.")
        self._credited.set()

    def _give_back(self, size: int) -> None:
        self._read += size
        if self._read >= _GIVE_BACK_BYTES and self._broken is None and not self._has_come_to_end:
            self._say(Message(MessageKind.CREDIT, self.number, None, self._read.to_bytes(4, "big")))
            self._may_come += self._read
            self._read = 0

    def _forget_if_over(self) -> None:
        if self._has_ended and self._has_come_to_end:
            self._on_end(self.number)
