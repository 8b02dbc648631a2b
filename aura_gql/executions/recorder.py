"""Recording output: numbered, batched, written to the database and only then told to the bus."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bson import ObjectId
from pymongo.errors import PyMongoError

from aura_gql.executions import events
from aura_gql.executions.assembler import OutputAssembler, PendingChunk
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.records import OutputBatchRecord, OutputChunkRecord, OutputTotals
from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import EventBus
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.values import OutputStream

BATCH_INTERVAL_S = 0.018
LINE_PATIENCE_S = 0.005
MAX_BATCH_BYTES = 64 * 1024
MAX_BATCH_CHUNKS = 200
_PROGRESS_INTERVAL_S = 1.0


class OutputRecorder:
    """The output of one execution on its way into the ledger.

    The first output goes at once, what follows in batches by time and by size; a line that is not complete gets a
    moment for its rest, since an unbuffered program writes one in several pieces. While the database is slow, `write`
    waits, which holds the process back: memory stays bounded. Where the database is away for too long, every method
    raises its error, and what has been stored is still without a hole.
    """

    def __init__(
        self,
        execution_id: ObjectId,
        bus: EventBus,
        *,
        limit: int,
        ttl_s: int,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_failure` is called once where output can't be stored, at a moment when perhaps nobody calls a method."""
        self._id = execution_id
        self._topic = events.topic_of(execution_id)
        self._bus = bus
        self._limit = limit
        self._ttl = timedelta(seconds=ttl_s)
        self._assembler = OutputAssembler()
        self._accepted = 0
        self._bytes = {OutputStream.STDOUT: 0, OutputStream.STDERR: 0}
        self._last = 0
        self._dirty = asyncio.Event()
        self._flushing = asyncio.Lock()
        self._next_at = 0.0
        self._progress_at = 0.0
        self._pacer: asyncio.Task[None] | None = None
        self._failure: PyMongoError | None = None
        self._on_failure = on_failure
        self.truncated = False

    @property
    def totals(self) -> OutputTotals:
        """What has been stored."""
        return OutputTotals(self._last, self._bytes[OutputStream.STDOUT], self._bytes[OutputStream.STDERR])

    async def __aenter__(self) -> "OutputRecorder":
        self._progress_at = asyncio.get_running_loop().time() + _PROGRESS_INTERVAL_S
        self._pacer = asyncio.create_task(self._pace(), name=f"output of {self._id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        pacer, self._pacer = self._pacer, None
        if pacer is not None:
            pacer.cancel()
            await asyncio.wait([pacer])
            if not pacer.cancelled():
                pacer.exception()
        async with self._flushing:
            return

    async def write(self, stream: OutputStream, data: bytes) -> bool:
        """Take what was read; False where the output limit is reached and something was dropped."""
        if self._failure is not None:
            raise self._failure
        if self.truncated:
            return False
        room = self._limit - self._accepted
        self._accepted += min(room, len(data))
        self._assembler.feed(stream, data[:room], utcnow())
        if len(data) > room:
            self.truncated = True
            self._assembler.drop_held()
        self._dirty.set()
        while self._assembler.size >= MAX_BATCH_BYTES or self._assembler.count >= MAX_BATCH_CHUNKS:
            await self._flush()
        return not self.truncated

    async def finish(self) -> OutputTotals:
        """Store and tell the rest; what there is in all."""
        self._assembler.finish(utcnow())
        await self._flush()  # waits also for what the pacer has taken and not stored yet
        while self._assembler.count:
            await self._flush()
        return self.totals

    async def _pace(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._dirty.wait()
            await asyncio.sleep(max(0.0, self._next_at - loop.time()))
            if not self._assembler.ends_line:
                await asyncio.sleep(LINE_PATIENCE_S)
            self._dirty.clear()
            await asyncio.shield(self._flush())

    async def _flush(self) -> None:
        async with self._flushing:
            if self._failure is not None:
                raise self._failure
            chunks = self._assembler.take(MAX_BATCH_BYTES, MAX_BATCH_CHUNKS)
            if not chunks:
                return
            try:
                await self._store(self._number(chunks))
            except PyMongoError as error:
                self._failure = error
                self._on_failure()
                raise

    async def _store(self, batch: OutputBatchRecord) -> None:
        written = dict(self._bytes)
        for chunk in batch.chunks:
            written[chunk.stream] += len(chunk.data)
        totals = OutputTotals(batch.last, written[OutputStream.STDOUT], written[OutputStream.STDERR])
        expires_at = utcnow() + self._ttl
        await patiently(lambda: ExecutionOutput.add_batch(batch, totals, expires_at))
        self._bytes = written
        self._last = batch.last
        await self._bus.publish(self._topic, events.batch_to_plain(batch))
        now = asyncio.get_running_loop().time()
        self._next_at = now + BATCH_INTERVAL_S
        if now >= self._progress_at:
            self._progress_at = now + _PROGRESS_INTERVAL_S
            await patiently(lambda: CodeExecution.set_progress(self._id, totals))

    def _number(self, chunks: list[PendingChunk]) -> OutputBatchRecord:
        first = self._last + 1
        numbered = tuple(
            OutputChunkRecord(first + place, chunk.stream, bytes(chunk.data), chunk.at)
            for place, chunk in enumerate(chunks)
        )
        return OutputBatchRecord(self._id, first, first + len(numbered) - 1, numbered)
