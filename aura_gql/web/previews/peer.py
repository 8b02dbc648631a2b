"""One end of an exchange: a stream, and HTTP/1.1 on it."""

import asyncio
import contextlib
from collections.abc import Callable

import h11

from aura_gql.web.previews.heads import MAX_HEAD_BYTES, BadMessage, HeadBuffer

READ_BYTES = 64 * 1024
CLOSE_S = 5.0


class PeerGone(Exception):
    """It closed the stream where more was to come."""


class Peer:
    """Reads and writes events of HTTP. Writing waits for a slow reader, so that memory stays bounded.

    `on_move` is called whenever bytes went either way.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        role: type[h11.SERVER] | type[h11.CLIENT],
        check: Callable[[bytes], None],
    ) -> None:
        """`role` is ours towards it; `check` raises BadMessage for a head of its that is not to be trusted."""
        self._reader = reader
        self._writer = writer
        self._role = role
        self._check = check
        self._ahead = b""
        self.on_move: Callable[[], None] | None = None
        self.renew()

    def renew(self) -> None:
        """Begin with the next message, of which some may have come."""
        if hasattr(self, "http"):
            self._ahead = self.taken_over()
        self.http = h11.Connection(self._role, max_incomplete_event_size=2 * MAX_HEAD_BYTES)

    def taken_over(self) -> bytes:
        """What came behind the present message."""
        return self.http.trailing_data[0] + self._ahead

    async def wait(self) -> bool:
        """Until something of a message has come; False where it closed the stream instead."""
        if not self._ahead:
            self._ahead = await self.read()
        return bool(self._ahead)

    async def receive_head(self) -> h11.Event:
        """The head of the next message. BadMessage, PeerGone."""
        head = HeadBuffer(self._ahead)
        while not head.is_whole:
            piece = await self.read()
            if not piece:
                raise PeerGone
            head.add(piece)
        text, self._ahead = head.split()
        self._check(text)
        self.http.receive_data(text)
        return self._required(self.next_event())

    async def receive(self) -> h11.Event:
        """The next piece of the body, or its end. BadMessage, PeerGone."""
        while (event := self.next_event()) is h11.NEED_DATA:
            piece, self._ahead = self._ahead or await self.read(), b""
            self.http.receive_data(piece)  # Of nothing, it learns that the stream has ended.
        return self._required(event)

    def next_event(self) -> object:
        """What can be told of the present message without waiting: an event, or a word of h11's. BadMessage."""
        try:
            return self.http.next_event()
        except h11.RemoteProtocolError as error:
            raise BadMessage("It is not HTTP/1.1.", error.error_status_hint) from error

    async def watch(self) -> None:
        """Until it closes the stream; what it sends meanwhile waits, up to a bound. PeerGone."""
        while len(self._ahead) < MAX_HEAD_BYTES:
            piece = await self.read()
            if not piece:
                raise PeerGone
            self._ahead += piece

    async def send(self, *events: h11.Event) -> None:
        """Write, in one piece. ConnectionError, h11.LocalProtocolError."""
        data = b"".join(self.http.send(event) or b"" for event in events)
        await self.write(data)

    async def read(self) -> bytes:
        """Bytes as they come; none at the end."""
        piece = await self._reader.read(READ_BYTES)
        if self.on_move:
            self.on_move()
        return piece

    async def write(self, data: bytes) -> None:
        """Bytes as they are."""
        if data:
            self._writer.write(data)
            await self._writer.drain()
            if self.on_move:
                self.on_move()

    def end_writing(self) -> None:
        """Nothing more will be written."""
        with contextlib.suppress(OSError):
            self._writer.write_eof()

    def abort(self) -> None:
        """Have it notice that what it got is not whole."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close the stream when all has gone out, or it has had its time to take it."""
        self._writer.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            pass
        finally:
            self.abort()

    @staticmethod
    def _required(event: object) -> h11.Event:
        if isinstance(event, h11.Event) and not isinstance(event, h11.ConnectionClosed):
            return event
        raise PeerGone
