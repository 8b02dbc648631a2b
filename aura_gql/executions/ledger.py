"""Following an execution: what is kept, then what comes, each chunk once and in order, then one end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from bson import ObjectId

from aura_gql.executions import events
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.errors import ExecutionNotFound
from aura_gql.executions.records import (
    ExecutionEvent,
    ExecutionFinished,
    OutputBatchRecord,
    OutputGap,
)
from aura_gql.infra.ports import Event, EventBus
from aura_gql.kernel.background import undisturbed
from aura_gql.kernel.errors import InvalidInput

_PAGE = 8
# Of up to 64 KiB each. A reader who is further behind than this reads the database, at its own pace.
_BATCHES_WAITING = 32
_LOOK_S = 5.0


class ExecutionLedger:
    """The kept output and the bus, as one stream. The database is the truth; the bus only says that there is more."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    async def follow(
        self, execution_id: ObjectId, after: int, viewer_id: str | None = None
    ) -> AsyncGenerator[ExecutionEvent, None]:
        """The chunks behind `after`, then ExecutionFinished; InvalidInput where `after` is no number of a chunk so far.

        ExecutionNotFound once the execution is gone or, where a viewer is named, not that user's any more: in a stream
        that never rests it is looked up every few seconds.
        Ends without ExecutionFinished only where the bus closes, because the server goes, before the execution ends.
        """
        await self._check_after(execution_id, after)
        async with self._bus.subscribe(events.topic_of(execution_id), _BATCHES_WAITING) as carried:
            follower = _Follower(execution_id, after)
            loop, is_open = asyncio.get_running_loop(), True
            while True:
                # Read before the output: all of an ended execution's output is there already.
                record = await undisturbed(CodeExecution.find_record(execution_id))
                looked_at = loop.time()
                if record is None or viewer_id not in (None, record.user_id):
                    raise ExecutionNotFound("There is no execution with this id.")
                if record.is_open or not follower.has_seen(record.last_sequence):
                    async for event in follower.replay(None if record.is_open else record.last_sequence):
                        yield event
                if not record.is_open:
                    if gap := follower.gap_before(record.last_sequence + 1):
                        yield gap
                    yield ExecutionFinished(record, record.last_sequence)
                    return
                if not is_open:
                    return
                is_open = False
                async for live in carried:
                    batch = follower.accept(live)
                    if batch is not None and batch.chunks:
                        yield batch
                    if batch is None or loop.time() > looked_at + _LOOK_S:
                        is_open = True
                        break

    async def _check_after(self, execution_id: ObjectId, after: int) -> None:
        if after < 0:
            raise InvalidInput("`after` is a chunk's sequence, or 0 for the start.", field=("after",))
        if after == 0:
            return
        record = await undisturbed(CodeExecution.find_record(execution_id))
        last = 0 if record is None else record.last_sequence
        if after > last:
            last = max(last, (await undisturbed(ExecutionOutput.totals(execution_id))).last_sequence)
        if after > last:
            raise InvalidInput(
                f"`after` is {after}, but the execution's last chunk so far is {last}.", field=("after",)
            )


class _Follower:
    """How far one subscriber has come."""

    def __init__(self, execution_id: ObjectId, seen: int) -> None:
        self._id = execution_id
        self._seen = seen

    async def replay(self, last: int | None) -> AsyncIterator[OutputBatchRecord | OutputGap]:
        """What is kept and not seen yet, up to `last`, page by page. Batches are stored in order: a hole has expired.

        More may be kept than an execution that has ended counts: a server that was taken for dead and was not stores
        what it has until it learns of that.
        """
        while True:
            batches = await undisturbed(ExecutionOutput.find_batches(self._id, self._seen, _PAGE))
            for batch in batches:
                if last is not None and batch.first > last:
                    return
                if gap := self.gap_before(batch.first):
                    yield gap
                yield self._unseen(batch, last)
            if len(batches) < _PAGE:
                return

    def has_seen(self, sequence: int) -> bool:
        """Whether the chunk of this number, and so all before it, have come."""
        return self._seen >= sequence

    def gap_before(self, sequence: int) -> OutputGap | None:
        """The missing chunks up to `sequence`, which count as seen from now on; None where none is missing."""
        if self._seen + 1 >= sequence:
            return None
        gap = OutputGap(self._id, self._seen + 1, sequence - 1)
        self._seen = sequence - 1
        return gap

    def accept(self, event: Event | None) -> OutputBatchRecord | None:
        """The new chunks of an event, maybe none; None where the database must be read: the end, a loss, a hole."""
        if event is None or events.is_finished(event):
            return None
        batch = events.batch_from_plain(self._id, event)
        if batch.first > self._seen + 1:
            return None
        return self._unseen(batch)

    def _unseen(self, batch: OutputBatchRecord, last: int | None = None) -> OutputBatchRecord:
        first = max(batch.first, self._seen + 1)
        last = batch.last if last is None else min(batch.last, last)
        self._seen = max(self._seen, last)
        return OutputBatchRecord(self._id, first, last, batch.chunks[first - batch.first : last + 1 - batch.first])
