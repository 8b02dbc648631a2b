"""A link to the agent over stdin and stdout of a command that E2B's daemon runs."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

from aura_gql.sandboxes.providers.remote.errors import LinkBroken

# What is kept for a reader before the vendor's stream is held back.
_KEPT_BYTES: Final = 256 * 1024
# The daemon answers once the command has taken the bytes, which an agent under load does late.
_SEND_S: Final = 30.0


class CommandLink:
    """Satisfies the `Link` port over a command's handle of the SDK, which `attach` gives it. Not reading holds the
    vendor's stream back, and with that the command.
    """

    def __init__(self) -> None:
        self._handle: Any = None
        self._watching: asyncio.Task[None] | None = None
        self._pieces = deque[bytes]()
        self._kept = 0
        self._is_over = False
        self._news, self._room = asyncio.Event(), asyncio.Event()

    @property
    def token(self) -> str:
        """The command's pid."""
        return str(self._handle.pid)

    async def heard(self, text: str) -> None:
        """What the SDK calls with each piece of stdout; returns when there is room for another."""
        piece = text.encode()
        self._pieces.append(piece)
        self._kept += len(piece)
        self._news.set()
        if self._kept >= _KEPT_BYTES and not self._is_over:
            self._room.clear()
            await self._room.wait()

    def attach(self, handle: Any) -> None:
        """Send and receive by this handle from now on."""
        self._handle = handle
        self._watching = asyncio.create_task(self._watch(), name="watch a link to E2B")

    async def send(self, data: bytes) -> None:
        """As the port says."""
        if self._is_over:
            raise LinkBroken("The command's connection has ended.")
        try:
            await self._handle.send_stdin(data, request_timeout=_SEND_S)
        except Exception as error:
            raise LinkBroken("The command does not take what is sent.") from error

    async def receive(self) -> AsyncIterator[bytes]:
        """As the port says."""
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._kept -= len(piece)
                if self._kept < _KEPT_BYTES:
                    self._room.set()
                yield piece
            if self._is_over:
                return
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """As the port says."""
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.wait([watching])
            with suppress(Exception):
                await self._handle.disconnect()
        self._end()

    async def _watch(self) -> None:
        """Note when the stream ends, for whatever reason; the SDK's own task waits for that too."""
        with suppress(Exception):
            await asyncio.shield(self._handle.wait())
        self._end()

    def _end(self) -> None:
        self._is_over = True
        self._news.set()
        self._room.set()
