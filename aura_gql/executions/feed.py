"""What an execution reads: what it was given at first, then what is sent to it, in that order and bounded."""

import asyncio
import contextlib
from collections import deque

from aura_gql.executions.errors import InputClosed, InputNotRead
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.ports import Process


class InputFeed:
    """Standard input of one execution. `room` bytes may wait in it besides what was given at first."""

    def __init__(self, first: bytes, *, is_open: bool, room: int, patience_s: float) -> None:
        self._first = first
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._room = room
        self._patience_s = patience_s
        self._is_open = is_open
        self._one_at_a_time = asyncio.Lock()
        self._changed = asyncio.Event()
        self._drained = asyncio.Event()

    async def send(self, data: bytes, *, close: bool = False) -> None:
        """Add bytes, all or none, behind those of earlier calls; `close` ends the input behind them.

        InputClosed where it has ended; InputNotRead where there is no room for too long.
        """
        try:
            async with asyncio.timeout(self._patience_s), self._one_at_a_time:
                self._require_open()
                while self._size + len(data) > self._room:
                    self._drained.clear()
                    await self._drained.wait()
                    self._require_open()
                self._add(data)
                self._is_open = not close
        except TimeoutError:
            message = f"The program has not read what was sent before, {self._size} bytes; try again later."
            raise InputNotRead(message, details={"waitingBytes": self._size}) from None
        self._changed.set()

    def end(self) -> None:
        """Nobody reads any more."""
        self._is_open = False
        self._drained.set()

    async def pour(self, process: Process) -> None:
        """Hand everything to the process as fast as it reads, and close its input in the end."""
        with contextlib.suppress(SandboxGone):
            if self._first:
                await process.write_stdin(self._first)
            while True:
                self._changed.clear()
                while self._waiting:
                    await process.write_stdin(self._waiting[0])
                    self._size -= len(self._waiting.popleft())
                    self._drained.set()
                if not self._is_open:
                    await process.close_stdin()
                    return
                await self._changed.wait()

    def _add(self, data: bytes) -> None:
        if data:
            self._waiting.append(data)
            self._size += len(data)

    def _require_open(self) -> None:
        if not self._is_open:
            raise InputClosed("Its standard input has ended; only one that was begun with `stdinOpen` stays open.")
