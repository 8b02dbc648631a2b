"""A link to the agent over a terminal of Daytona's toolbox: the only stdin there that takes any byte and stays open."""

import asyncio
import secrets
import shlex
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

from aura_gql.sandboxes.providers.remote.errors import LinkBroken

# What is kept for a reader before the vendor's stream is held back.
_KEPT_BYTES: Final = 256 * 1024
# More than a shell says before our word, its prompt and what it shows of our line.
_NOISE_BYTES: Final = 64 * 1024


class Opening:
    """The line that a shell on a new terminal is told, and the word by which we know that it has done as told.

    Until the terminal is raw it shows what is typed, which would look as if the agent had said it.
    """

    def __init__(self, command: str) -> None:
        """`command` is a line of `sh`."""
        nonce = secrets.token_hex(8)
        # The line itself, which the terminal shows too, does not have the word as it stands.
        self.word = f"aura-{nonce}\n".encode()
        ready = f"stty raw -echo && printf '%s-%s\\n' aura {nonce}"
        self.line = f" {ready} && exec sh -c {shlex.quote(command)}\n".encode()


class TerminalLink:
    """Satisfies the `Link` port over a terminal's handle of the SDK, which `attach` gives it. Not reading holds the
    vendor's stream back.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self._handle: Any = None
        self._watching: asyncio.Task[None] | None = None
        self._pieces = deque[bytes]()
        self._kept = 0
        self._changed = asyncio.Condition()
        self._is_over = False

    @property
    def token(self) -> str:
        """The terminal's id."""
        return self._token

    async def heard(self, data: bytes) -> None:
        """What the SDK calls with each piece; returns when there is room for another."""
        async with self._changed:
            self._pieces.append(data)
            self._kept += len(data)
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self._kept < _KEPT_BYTES or self._is_over)

    def attach(self, handle: Any) -> None:
        """Send and receive by this handle from now on."""
        self._handle = handle
        self._watching = asyncio.create_task(self._watch())

    async def begin(self, opening: Opening) -> None:
        """Tell a new terminal's shell what to run, and pass over what it says before. LinkBroken where it ends or says
        too much.
        """
        await self.send(opening.line)
        noise = b""
        while opening.word not in noise:
            piece = await self._next()
            if piece is None or len(noise) > _NOISE_BYTES:
                raise LinkBroken("The terminal did not run what it was told.")
            noise += piece
        _, _, rest = noise.partition(opening.word)
        if rest:
            async with self._changed:
                self._pieces.appendleft(rest)
                self._kept += len(rest)

    async def send(self, data: bytes) -> None:
        """As the port says."""
        if self._is_over:
            raise LinkBroken("The terminal's connection has ended.")
        try:
            await self._handle.send_input(data)
        except Exception as error:
            raise LinkBroken("The terminal's connection does not take what is sent.") from error

    async def receive(self) -> AsyncIterator[bytes]:
        """As the port says."""
        while (piece := await self._next()) is not None:
            yield piece

    async def close(self) -> None:
        """As the port says."""
        handle, watching = self._handle, self._watching
        self._watching = None
        if watching is not None:
            watching.cancel()
            await asyncio.wait([watching])
        if handle is not None:
            with suppress(Exception):
                await handle.disconnect()
        await self._end()

    async def _next(self) -> bytes | None:
        """The next piece; None at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._pieces or self._is_over)
            if not self._pieces:
                return None
            piece = self._pieces.popleft()
            self._kept -= len(piece)
            self._changed.notify_all()
            return piece

    async def _watch(self) -> None:
        """Note when the connection ends."""
        with suppress(Exception):
            await self._handle.wait()
        await self._end()

    async def _end(self) -> None:
        async with self._changed:
            self._is_over = True
            self._changed.notify_all()
