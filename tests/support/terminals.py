"""Terminals of real sandboxes, and people who sit at them."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from bson import ObjectId

from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.kernel.page import PageRequest
from aura_gql.sandboxes.records import SandboxFilter, SandboxRecord
from aura_gql.terminals.records import (
    TerminalClosed,
    TerminalGap,
    TerminalLimits,
    TerminalOutput,
    TerminalRecord,
    TerminalRequest,
)
from aura_gql.terminals.service import TerminalService
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.screens import PROMPT
from tests.support.waiting import until

SHELL = ("env", f"PS1=[$?]{PROMPT}", "HISTFILE=", "INPUTRC=/dev/null", "bash", "--norc", "--noprofile", "-i")


@dataclass
class TerminalBench:
    """A server as far as its terminals. `more` makes a second one over the same everything, as after a crash."""

    below: SandboxBench
    limits: TerminalLimits
    service: TerminalService
    stack: contextlib.AsyncExitStack
    sandbox: SandboxRecord

    @classmethod
    async def begin(
        cls, below: SandboxBench, limits: TerminalLimits, stack: contextlib.AsyncExitStack
    ) -> "TerminalBench":
        """One with a running sandbox."""
        service = TerminalService(below.sandboxes, MongoIdempotencyKeys(), limits, below.operations)
        stack.push_async_callback(service.stop)
        return cls(below, limits, service, stack, await below.running())

    def more(self, limits: TerminalLimits | None = None) -> TerminalService:
        """Another server's terminals."""
        keys = MongoIdempotencyKeys()
        service = TerminalService(self.below.sandboxes, keys, limits or self.limits, self.below.operations)
        self.stack.push_async_callback(service.stop)
        return service

    async def live_sandboxes(self) -> list[SandboxRecord]:
        """Every sandbox of the owner that has not ended."""
        page = await self.below.sandboxes.list(OWNER, SandboxFilter(), PageRequest(100))
        return [record for record in page.items if record.is_live]

    async def open(self, *command: str, columns: int = 80, rows: int = 24) -> TerminalRecord:
        """A terminal in the sandbox: of a program, or of a shell with a prompt that is easily known."""
        request = TerminalRequest(self.sandbox.id, command or SHELL, ".", columns, rows)
        return await self.service.open(OWNER, request)

    async def type(self, record: TerminalRecord, text: str) -> None:
        """Type as the owner."""
        await self.service.write(OWNER, record.id, text.encode())

    def watch(self, record: TerminalRecord, after: int = 0) -> "Watcher":
        """Somebody who follows it."""
        return Watcher(self.service, record.id, after)


@dataclass
class Watcher:
    """Follows a terminal for as long as the block lasts, and checks that each chunk comes once and in order."""

    service: TerminalService
    terminal_id: ObjectId
    last: int
    shown: bytes = b""
    gaps: list[TerminalGap] = field(default_factory=list)
    closed: TerminalClosed | None = None
    reading: "asyncio.Task[None] | None" = None

    async def __aenter__(self) -> "Watcher":
        self.reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.reading is not None
        self.reading.cancel()
        await asyncio.wait([self.reading])
        if not self.reading.cancelled():
            self.reading.result()

    async def see(self, text: str) -> None:
        """Wait until it has shown this."""
        await until(lambda: text.encode() in self.shown)

    async def end(self) -> TerminalClosed:
        """Wait until it is closed."""
        assert self.reading is not None
        await asyncio.wait_for(asyncio.shield(self.reading), 20)
        assert self.closed is not None
        return self.closed

    async def _read(self) -> None:
        async with contextlib.aclosing(self.service.output(OWNER, self.terminal_id, self.last)) as events:
            async for event in events:
                assert self.closed is None
                match event:
                    case TerminalClosed():
                        self.closed = event
                        assert event.last_sequence == self.last
                    case TerminalGap():
                        assert event.first == self.last + 1
                        self.gaps.append(event)
                        self.last = event.last
                    case TerminalOutput():
                        assert event.first == self.last + 1 <= event.last
                        self.shown += event.data
                        self.last = event.last
