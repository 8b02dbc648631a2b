"""A connection as two streams."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from typing import Self

# The longest head of a request or an answer, and what is read ahead.
MAX_HEAD_BYTES = 32_768
CHUNK_BYTES = 65_536
HEAD_END = b"\r\n\r\n"
# What a client may still send while it is being refused, and how long it may take about it.
MAX_FAREWELL_BYTES = 1 << 18
FAREWELL_S = 2.0


@dataclass(frozen=True, slots=True)
class Stream:
    """Both directions of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def of(cls, connection: socket.socket) -> Self:
        """Takes a connected socket over, also where that fails."""
        try:
            return cls(*await asyncio.open_connection(sock=connection, limit=MAX_HEAD_BYTES))
        except BaseException:
            connection.close()
            raise

    async def say_farewell(self, words: bytes) -> None:
        """Say something last and let the other side take it: hanging up on one that still sends would lose it."""
        left = MAX_FAREWELL_BYTES
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(FAREWELL_S):
                self.writer.write(words)
                await self.writer.drain()
                if not self.writer.is_closing():
                    self.writer.write_eof()
                while left > 0 and (piece := await self.reader.read(CHUNK_BYTES)):
                    left -= len(piece)

    async def finish(self) -> None:
        """Send what is left to be sent, for a moment, and end it."""
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(FAREWELL_S):
                self.writer.close()
                await self.writer.wait_closed()
        self.writer.transport.abort()
