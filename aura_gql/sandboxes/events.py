"""Sandboxes on the event bus: the topic of each, its changes as plain values and back, and following them."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import datetime

from bson import ObjectId

from aura_gql.infra.ports import Event, EventBus
from aura_gql.kernel.background import undisturbed
from aura_gql.sandboxes.errors import SandboxNotFound
from aura_gql.sandboxes.records import ENDED_STATUSES, SandboxEventRecord, SandboxRecord, SandboxStatus


def topic_of(sandbox_id: ObjectId) -> str:
    """The bus topic that carries the changes of one sandbox."""
    return f"sandbox:{sandbox_id}"


def event_of(record: SandboxRecord) -> SandboxEventRecord:
    """The event that brought a sandbox where it stands."""
    return SandboxEventRecord(
        sandbox_id=record.id,
        sequence=record.event_sequence,
        status=record.status,
        reason=record.status_reason,
        at=record.updated_at,
        expires_at=record.expires_at,
    )


def to_bus(event: SandboxEventRecord) -> Event:
    """The event as values that the bus can carry."""
    return {
        "sequence": event.sequence,
        "status": event.status.value,
        "reason": event.reason,
        "at": event.at,
        "expires_at": event.expires_at,
    }


def from_bus(sandbox_id: ObjectId, event: Event) -> SandboxEventRecord:
    """The event that `to_bus` wrote."""
    sequence, at, reason, expires_at = event["sequence"], event["at"], event["reason"], event["expires_at"]
    assert isinstance(sequence, int)  # noqa: S101
    assert isinstance(at, datetime)  # noqa: S101
    assert isinstance(expires_at, datetime)  # noqa: S101
    status = SandboxStatus(str(event["status"]))
    return SandboxEventRecord(sandbox_id, sequence, status, None if reason is None else str(reason), at, expires_at)


async def follow(
    bus: EventBus, sandbox_id: ObjectId, read: Callable[[ObjectId], Coroutine[None, None, SandboxRecord | None]]
) -> AsyncGenerator[SandboxEventRecord, None]:
    """The present state, then each change in order until STOPPED or ERROR; SandboxNotFound where there is none.

    Where the bus lost changes, the state that they led to is read again: intermediate states may be skipped, the last
    never is.
    """
    async with bus.subscribe(topic_of(sandbox_id)) as events:
        event = await _current(sandbox_id, read)
        yield event
        seen = event.sequence
        if event.status in ENDED_STATUSES:
            return
        async for carried in events:
            event = await _current(sandbox_id, read) if carried is None else from_bus(sandbox_id, carried)
            if event.sequence <= seen:
                continue
            yield event
            seen = event.sequence
            if event.status in ENDED_STATUSES:
                return


async def _current(
    sandbox_id: ObjectId, read: Callable[[ObjectId], Coroutine[None, None, SandboxRecord | None]]
) -> SandboxEventRecord:
    record = await undisturbed(read(sandbox_id))
    if record is None:
        raise SandboxNotFound("There is no sandbox with this id.")
    return event_of(record)
