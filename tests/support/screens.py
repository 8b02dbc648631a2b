"""A terminal as somebody sits at it: typing, and waiting for what it shows."""

import asyncio
from types import TracebackType

from aura_gql.sandboxes.ports import Terminal
from aura_gql.sandboxes.values import ExitStatus
from tests.support.waiting import until

# How the last command ended, and a prompt that nothing typed looks like.
PROMPT = "ready> "
PROMPTED = {"PS1": f"[$?]{PROMPT}", "HISTFILE": "", "INPUTRC": "/dev/null"}
_PATIENCE_S = 60.0


class Screen:
    """Reads a terminal for as long as the block lasts; what it has shown so far is in `shown`."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.shown = b""
        self._looked_at = 0
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Screen":
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.terminal.terminate(grace_ms=0)
        assert self._reading is not None
        await self._reading

    async def type(self, text: str | bytes) -> None:
        """Type."""
        await self.terminal.write(text.encode() if isinstance(text, str) else text)

    async def see(self, text: str | bytes) -> str:
        """Wait until it shows this behind what was waited for before; what came up to its end."""
        wanted = text.encode() if isinstance(text, str) else text
        try:
            await until(lambda: wanted in self.shown[self._looked_at :], timeout_s=_PATIENCE_S)
        except AssertionError:
            raise AssertionError(f"No {wanted!r} in {self.shown[self._looked_at :][-2000:]!r}") from None
        end = self.shown.index(wanted, self._looked_at) + len(wanted)
        came, self._looked_at = self.shown[self._looked_at : end], end
        return came.decode(errors="replace")

    async def ended(self) -> ExitStatus:
        """How it ended, when all that it showed has come."""
        status = await self.terminal.wait()
        assert self._reading is not None
        await asyncio.wait([self._reading])
        return status

    async def _read(self) -> None:
        async for data in self.terminal.output():
            self.shown += data
