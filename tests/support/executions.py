"""Executions in the database, and readers of their ledgers."""

import contextlib
from datetime import timedelta

from bson import ObjectId

from aura_gql.executions import events
from aura_gql.executions.documents import CodeExecution
from aura_gql.executions.ledger import ExecutionLedger
from aura_gql.executions.outcome import Outcome, end_fields
from aura_gql.executions.records import (
    ExecutionEvent,
    ExecutionFinished,
    ExecutionKind,
    ExecutionStatus,
    OutputBatchRecord,
    OutputChunkRecord,
    OutputTotals,
)
from aura_gql.infra.ports import EventBus
from aura_gql.kernel.clock import utcnow


async def store_execution(
    *, owner: str = "here", status: ExecutionStatus = ExecutionStatus.RUNNING, lease_s: float = 60
) -> ObjectId:
    """The id of a new execution in the database that no runner knows."""
    now = utcnow()
    execution = CodeExecution(
        id=ObjectId(),
        sandbox_id=ObjectId(),
        project_id=ObjectId(),
        user_id="user",
        kind=ExecutionKind.COMMAND,
        language=None,
        command="true",
        args=[],
        cwd=".",
        status=status,
        timeout_ms=1000,
        owner=owner,
        lease_until=now + timedelta(seconds=lease_s),
        created_at=now,
    )
    await CodeExecution.add(execution)
    assert execution.id is not None
    return execution.id


async def finish_execution(bus: EventBus, execution_id: ObjectId, totals: OutputTotals) -> None:
    """End an execution as its runner would."""
    values = {**totals.as_fields(), **end_fields(Outcome(ExecutionStatus.COMPLETED, exit_code=0), utcnow())}
    assert await CodeExecution.finish(execution_id, values) is not None
    await bus.publish(events.topic_of(execution_id), events.FINISHED)


async def read_ledger(
    ledger: ExecutionLedger, execution_id: ObjectId, after: int = 0, *, batches: int | None = None
) -> tuple[list[OutputChunkRecord], list[ExecutionEvent]]:
    """The chunks behind `after` and the other events; of a number of batches, or to the end."""
    chunks: list[OutputChunkRecord] = []
    others: list[ExecutionEvent] = []
    async with contextlib.aclosing(ledger.follow(execution_id, after)) as following:
        async for event in following:
            if not isinstance(event, OutputBatchRecord):
                others.append(event)
                continue
            assert [chunk.sequence for chunk in event.chunks] == list(range(event.first, event.last + 1))
            chunks.extend(event.chunks)
            if batches is not None and (batches := batches - 1) <= 0:
                return chunks, others
    assert sum(isinstance(event, ExecutionFinished) for event in others) == 1
    assert isinstance(others[-1], ExecutionFinished)
    return chunks, others
