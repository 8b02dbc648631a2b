"""The bytes of one connection: moved, counted, and expected in time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aura_gql.sandboxes.providers.local.egress.stream import CHUNK_BYTES
from aura_gql.sandboxes.providers.local.egress.usage import EgressUsage


class Traffic:
    """Bytes that a client inside sends and receives. Moving them raises Refusal where the sandbox has used up its own,
    and OSError where the other side has gone.
    """

    def __init__(self, usage: EgressUsage, idle_s: float) -> None:
        self._usage = usage
        self._idle_s = idle_s
        self._clock: asyncio.Timeout | None = None
        self.sent = 0
        self.received = 0

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Ends the block with TimeoutError when nothing has moved either way for `idle_s`."""
        async with asyncio.timeout(self._idle_s) as self._clock:
            yield

    async def send(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Move bytes out."""
        self._usage.send(len(data))
        self.sent += len(data)
        await self._write(data, writer)

    async def receive(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Move bytes in."""
        self._usage.receive(len(data))
        self.received += len(data)
        await self._write(data, writer)

    async def send_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Move out all that comes, and then the end of it."""
        while data := await reader.read(CHUNK_BYTES):
            await self.send(data, writer)
        _end(writer)

    async def receive_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Move in all that comes, and then the end of it."""
        while data := await reader.read(CHUNK_BYTES):
            await self.receive(data, writer)
        _end(writer)

    async def _write(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        if self._clock is not None:
            self._clock.reschedule(asyncio.get_running_loop().time() + self._idle_s)
        writer.write(data)
        await writer.drain()


def _end(writer: asyncio.StreamWriter) -> None:
    """Say that nothing more comes, unless the other side has gone, which uvloop would take amiss."""
    if not writer.is_closing():
        writer.write_eof()
