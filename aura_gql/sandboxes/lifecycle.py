"""The changes of a sandbox's state: each a compare-and-set, each published."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable
from datetime import datetime

from bson import ObjectId

from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import EventBus
from aura_gql.sandboxes import events
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotRunning
from aura_gql.sandboxes.records import ENDED_STATUSES, MachineFacts, SandboxEventRecord, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.stored import to_stored_limits
from aura_gql.sandboxes.tally import SandboxTally


class Lifecycle:
    """Moves sandboxes through the table of transitions and tells the bus. Waits out a database that is away."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self.tally = SandboxTally()

    async def advance(
        self,
        sandbox_id: ObjectId,
        status: SandboxStatus,
        reason: str | None = None,
        *,
        only_from: Iterable[SandboxStatus] | None = None,
        idle_since: datetime | None = None,
        wish_id: ObjectId | None = None,
    ) -> SandboxRecord | None:
        """Enter a state; None where the sandbox is in none that allows it, was used after `idle_since`, or has been
        granted the wish before.
        """
        states = None if only_from is None else list(only_from)
        change_id = ObjectId()
        record = await patiently(
            lambda: SandboxSession.advance(
                sandbox_id,
                status,
                reason,
                change_id=change_id,
                only_from=states,
                idle_since=idle_since,
                wish_id=wish_id,
            )
        )
        return await self._published(record)

    async def running(self, sandbox_id: ObjectId, machine: MachineFacts, at: datetime) -> SandboxRecord | None:
        """Enter RUNNING on a machine; None where a stop came meanwhile."""
        values = {
            "provider_sandbox_id": machine.provider_sandbox_id,
            "resource_limits": to_stored_limits(machine.limits),
            "synced_revision": machine.synced_revision,
            "sync_conflicts": [],
            "sync_conflict_count": 0,
            "started_at": at,
            "last_activity_at": at,
        }
        return await self._published(
            await SandboxSession.advance(sandbox_id, SandboxStatus.RUNNING, None, change_id=ObjectId(), values=values)
        )

    async def extend(self, record: SandboxRecord, until: datetime, wish_id: ObjectId) -> SandboxRecord | None:
        """Move the end of a sandbox that stands as `record` says, and tell that as an event of the same state; None
        where it does not stand so any more.
        """
        extended = await SandboxSession.extend(record, until, wish_id)
        if extended is not None:
            await self.publish(extended)
        return extended

    async def publish(self, record: SandboxRecord) -> None:
        """Tell the bus where a sandbox stands."""
        await self._bus.publish(events.topic_of(record.id), events.to_bus(events.event_of(record)))

    def changes(self, sandbox_id: ObjectId) -> AsyncGenerator[SandboxEventRecord, None]:
        """The present state, then each change until the end."""
        return events.follow(self._bus, sandbox_id, SandboxSession.find_record)

    def changes_for(self, viewer_id: str, sandbox_id: ObjectId) -> AsyncGenerator[SandboxEventRecord, None]:
        """The same for as long as the sandbox is the viewer's; SandboxNotFound else."""

        async def read(wanted: ObjectId) -> SandboxRecord | None:
            return next(iter(await SandboxSession.find_owned(viewer_id, [wanted])), None)

        return events.follow(self._bus, sandbox_id, read)

    async def until_running(self, sandbox_id: ObjectId, timeout_s: float) -> None:
        """Wait until it runs; SandboxNotRunning where it ends instead, or does not within that many seconds."""
        try:
            async with (
                asyncio.timeout(timeout_s),
                contextlib.aclosing(self.changes(sandbox_id)) as changes,
            ):
                async for event in changes:
                    if event.status is SandboxStatus.RUNNING:
                        return
                    if event.status in ENDED_STATUSES or event.status is SandboxStatus.STOPPING:
                        reason = f": {event.reason}" if event.reason else "."
                        raise SandboxNotRunning(f"The sandbox is {event.status}{reason}")
        except TimeoutError:
            raise SandboxNotRunning(f"The sandbox did not start within {timeout_s:g} seconds.") from None
        raise SandboxNotRunning("The server is shutting down.")

    async def _published(self, record: SandboxRecord | None) -> SandboxRecord | None:
        if record is not None:
            self.tally.changes[record.provider, record.status] += 1
            await self.publish(record)
        return record
