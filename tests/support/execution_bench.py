"""A server as far as its executions, on a real database and with real local sandboxes."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from bson import ObjectId

from aura_gql.executions.records import (
    CodeRequest,
    CommandRequest,
    ExecutionFinished,
    ExecutionLanguage,
    ExecutionLimits,
    ExecutionRecord,
    OutputBatchRecord,
    OutputChunkRecord,
)
from aura_gql.executions.service import ExecutionService
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.mongo import Database
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import SandboxLimits
from aura_gql.sandboxes.values import OutputStream
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench


@dataclass(frozen=True)
class Finished:
    """An execution that ended, and all that it printed."""

    record: ExecutionRecord
    chunks: list[OutputChunkRecord]

    @property
    def stdout(self) -> bytes:
        """Standard output."""
        return b"".join(chunk.data for chunk in self.chunks if chunk.stream is OutputStream.STDOUT)

    @property
    def stderr(self) -> bytes:
        """Standard error."""
        return b"".join(chunk.data for chunk in self.chunks if chunk.stream is OutputStream.STDERR)


@dataclass
class ExecutionBench:
    """Runs things in a sandbox of one project and waits for them."""

    below: SandboxBench
    executions: ExecutionService
    limits: ExecutionLimits
    others: list[ExecutionService] = field(default_factory=list)

    async def sandbox(self, files: dict[str, bytes] | None = None) -> ObjectId:
        """A running sandbox of a new project."""
        return (await self.below.running(await self.below.project(files))).id

    async def code(
        self,
        sandbox_id: ObjectId,
        code: str,
        *,
        language: ExecutionLanguage = ExecutionLanguage.PYTHON,
        args: tuple[str, ...] = (),
        stdin: bytes = b"",
        env: tuple[tuple[str, str], ...] = (),
        timeout_ms: int | None = None,
    ) -> Finished:
        """Run code to its end."""
        request = CodeRequest(sandbox_id, language, code, args, stdin, env, timeout_ms)
        return await self.ended(await self.executions.execute_code(OWNER, request))

    async def start(self, sandbox_id: ObjectId, command: str, timeout_ms: int | None = None) -> ExecutionRecord:
        """Begin a command."""
        return await self.executions.run_command(OWNER, CommandRequest(sandbox_id, command, timeout_ms=timeout_ms))

    async def command(self, sandbox_id: ObjectId, command: str, timeout_ms: int | None = None) -> Finished:
        """Run a command to its end."""
        return await self.ended(await self.start(sandbox_id, command, timeout_ms))

    async def ended(self, record: ExecutionRecord) -> Finished:
        """The execution once it has ended: exactly one end, behind every chunk."""
        chunks: list[OutputChunkRecord] = []
        async with contextlib.aclosing(self.executions.output(OWNER, record.id)) as events:
            async for event in events:
                if isinstance(event, OutputBatchRecord):
                    chunks.extend(event.chunks)
                    continue
                assert isinstance(event, ExecutionFinished)
                assert event.last_sequence == len(chunks) == event.record.last_sequence
                return Finished(event.record, chunks)
        raise AssertionError("The stream ended without an end.")

    async def printed(self, record: ExecutionRecord, wanted: bytes) -> None:
        """Returns once a running execution has printed `wanted`."""
        seen = b""
        async with contextlib.aclosing(self.executions.output(OWNER, record.id)) as events:
            async for event in events:
                assert isinstance(event, OutputBatchRecord), event
                seen += b"".join(chunk.data for chunk in event.chunks)
                if wanted in seen:
                    return

    def more(self) -> ExecutionService:
        """Another server's executions, over the same everything."""
        service = ExecutionService(
            self.below.sandboxes, MongoIdempotencyKeys(), self.below.bus, self.limits, self.below.operations
        )
        self.others.append(service)
        return service


@contextlib.asynccontextmanager
async def execution_bench(
    database: Database,
    folder: Path,
    limits: ExecutionLimits | None = None,
    sandbox_limits: SandboxLimits | None = None,
    bus: InProcessBus | None = None,
    max_operations: int = 1_000_000,
    provider: LocalProvider | None = None,
) -> AsyncIterator[ExecutionBench]:
    """A bench, taken down in order."""
    limits = limits or ExecutionLimits()
    async with sandbox_bench(database, folder, sandbox_limits, bus, provider, max_operations) as below:
        executions = ExecutionService(below.sandboxes, MongoIdempotencyKeys(), below.bus, limits, below.operations)
        bench = ExecutionBench(below, executions, limits)
        try:
            yield bench
        finally:
            for service in [executions, *bench.others]:
                await service.stop()
