"""A terminal that this process holds. What it shows goes into its scrollback; any number of readers follow that."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.utf8 import incomplete_tail
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.ports import Terminal
from aura_gql.sandboxes.values import ExitStatus
from aura_gql.terminals.errors import TerminalBusy, TerminalEnded
from aura_gql.terminals.records import (
    TerminalClosed,
    TerminalEvent,
    TerminalGap,
    TerminalLimits,
    TerminalOutput,
    TerminalRecord,
)
from aura_gql.terminals.scrollback import Scrollback, from_a_start

# What one event carries at most, and what is read in one interval: a flood leaves the server time for others.
MAX_EVENT_BYTES = 64 * 1024
MAX_BATCH_BYTES = 32 * 1024


class LiveTerminal:
    """Reads a machine's terminal to its end. `on_use` is called for what is typed, and what is shown to somebody."""

    def __init__(
        self, record: TerminalRecord, terminal: Terminal, limits: TerminalLimits, on_use: Callable[[], None]
    ) -> None:
        self._record = record
        self._terminal = terminal
        self._limits = limits
        self._on_use = on_use
        self._loop = asyncio.get_running_loop()
        self._scrollback = Scrollback(limits.scrollback_bytes)
        self._pending = b""
        self._next_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        self._waiting_bytes = 0
        self._readers = 0
        self._close_reason: str | None = None
        self.ended = asyncio.Event()

    @property
    def record(self) -> TerminalRecord:
        """The terminal as it stands."""
        return replace(self._record, last_sequence=self._scrollback.last) if self._record.is_open else self._record

    @property
    def close_reason(self) -> str | None:
        """Why somebody wanted it closed, if anybody did."""
        return self._close_reason

    async def run(self) -> ExitStatus:
        """Read until it ends; how it did."""
        with contextlib.suppress(SandboxGone):
            async for data in self._terminal.output():
                await self._take(data)
        status = await self._terminal.wait()
        self._flush(at_end=True)
        return status

    def end(self, record: TerminalRecord) -> None:
        """Tell the readers that it is closed, as `record` says, behind all that it has shown."""
        self._record = record
        self.ended.set()
        self._tell()

    async def close(self, reason: str) -> None:
        """Hang up, then kill what is left; returns when its end is stored. The first reason counts."""
        self._close_reason = self._close_reason or reason
        with contextlib.suppress(SandboxGone):
            await self._terminal.terminate(self._limits.close_grace_ms)
        await self.ended.wait()

    async def write(self, data: bytes) -> None:
        """Type. TerminalEnded; TerminalBusy where too much waits for too long, of which a part may have been typed."""
        self._require_open()
        if self._waiting_bytes + len(data) > self._limits.max_waiting_bytes:
            raise TerminalBusy(f"{self._waiting_bytes} bytes wait already, and nothing in the terminal reads them.")
        self._on_use()
        self._waiting_bytes += len(data)
        try:
            async with asyncio.timeout(self._limits.write_patience_s):
                await self._terminal.write(data)
        except TimeoutError:
            patience_s = self._limits.write_patience_s
            raise TerminalBusy(f"Nothing in the terminal read what was typed for {patience_s:g} seconds.") from None
        finally:
            self._waiting_bytes -= len(data)

    async def resize(self, columns: int, rows: int) -> None:
        """Give it another size. TerminalEnded, InvalidInput."""
        self._require_open()
        await self._terminal.resize(columns, rows)
        self._record = replace(self._record, columns=columns, rows=rows)

    async def follow(self, after: int) -> AsyncGenerator[TerminalEvent, None]:
        """What is kept behind chunk `after`, then what comes, then one TerminalClosed. InvalidInput for no such chunk.

        A reader who is slower than the terminal falls behind in the scrollback, and in the end finds a gap there.
        """
        if not 0 <= after <= self._scrollback.last:
            raise InvalidInput(
                f"`after` is {after}, but the terminal's last chunk so far is {self._scrollback.last}.",
                field=("after",),
            )
        self._readers += 1
        try:
            has_gap = False
            while True:
                changed = self._changed
                match self._scrollback.behind(after, MAX_EVENT_BYTES):
                    case TerminalGap() as gap:
                        has_gap, after = True, gap.last
                        yield gap
                    case TerminalOutput() as output:
                        yield replace(output, data=from_a_start(output.data)) if has_gap else output
                        has_gap, after = False, output.last
                    case None if not self._record.is_open:
                        yield TerminalClosed(self._record, self._scrollback.last)
                        return
                    case None:
                        await changed.wait()
        finally:
            self._readers -= 1

    async def _take(self, data: bytes) -> None:
        """The first output goes out at once, what follows soon after in batches. Not returning holds the rest back."""
        if self._readers:
            self._on_use()
        self._pending += data
        if self._loop.time() >= self._next_at:
            self._flush()
        elif self._timer is None:
            self._timer = self._loop.call_at(self._next_at, self._flush)
        if len(self._pending) >= MAX_BATCH_BYTES:
            await asyncio.sleep(max(0.0, self._next_at - self._loop.time()))
            self._flush()

    def _flush(self, *, at_end: bool = False) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        tail = 0 if at_end else incomplete_tail(self._pending)
        whole = len(self._pending) - tail
        data, self._pending = self._pending[:whole], self._pending[whole:]
        if data:
            self._next_at = self._loop.time() + self._limits.batch_interval_s
            self._scrollback.add(data, utcnow())
            self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _require_open(self) -> None:
        if not self._record.is_open:
            reason = f": {self._record.reason}" if self._record.reason else "."
            raise TerminalEnded(f"The terminal is closed{reason}")
