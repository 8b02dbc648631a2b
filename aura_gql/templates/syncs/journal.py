"""The course of one sync, written down and published as it goes."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Final

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.ports import EventBus
from aura_gql.kernel.background import Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.templates.errors import TemplateSyncEnded
from aura_gql.templates.syncs.documents import TemplateSyncDocument
from aura_gql.templates.syncs.records import SyncStatus, SyncStep
from aura_gql.templates.syncs.stored import TOPIC, to_bus

LEASE: Final = timedelta(seconds=30)
_EVERY_S: Final = 0.5


class SyncJournal:
    """Tells how far a sync is: each step at once, what grows within one twice a second.

    Where another run of the same sync has begun, this one is over: it was taken for dead. One that `has_lease` is held
    by this process for as long as it is `kept`, and 30 seconds beyond its death.
    """

    def __init__(self, bus: EventBus, sync_id: ObjectId, *, has_lease: bool) -> None:
        self._bus = bus
        self._sync_id = sync_id
        self._run_id: str | None = None
        self._has_lease = has_lease
        self._renew_at = 0.0
        self._unwritten: dict[str, Any] = {}
        self._loop = Periodic("journal of a sync of templates", _EVERY_S, self._tend)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Write for as long as the block lasts."""
        self._loop.start()
        try:
            yield
        finally:
            await self._loop.stop()

    async def begin(self) -> None:
        """It runs, from the beginning; TemplateSyncEnded where it has ended meanwhile."""
        run_id = secrets.token_hex(8)
        fresh = {"run_id": run_id, "commit": None, "downloaded_bytes": 0, "read_templates": 0}
        await self._write({**fresh, "status": SyncStatus.RUNNING.value, "started_at": utcnow()})
        self._run_id = run_id

    async def step(self, step: SyncStep) -> None:
        """It comes to a step; TemplateSyncEnded as above."""
        await self._write({"step": step.value})

    def note(self, **fields: int | str) -> None:
        """Fields that have grown; to be written soon."""
        self._unwritten.update(fields)

    async def hold(self, session: AsyncClientSession) -> None:
        """Be sure that nobody ends it or takes it over before the transaction has ended; TemplateSyncEnded."""
        if not await TemplateSyncDocument.hold(self._sync_id, self._run_id, session):
            raise _ended()

    async def end(self, status: SyncStatus, fields: Mapping[str, Any]) -> bool:
        """It has ended; whether it had not before."""
        async with self._turn:
            noted, self._unwritten = self._unwritten, {}
            ended = await TemplateSyncDocument.end(self._sync_id, status, {**noted, **fields}, self._run_id)
            if ended is not None:
                await self._bus.publish(TOPIC, to_bus(ended))
        return ended is not None

    async def _tend(self) -> None:
        if self._unwritten:
            with suppress(TemplateSyncEnded):  # The next step will meet it.
                await self._write({})
        clock_s = asyncio.get_running_loop().time()
        if self._has_lease and clock_s >= self._renew_at:
            self._renew_at = clock_s + LEASE.total_seconds() / 3
            await TemplateSyncDocument.renew(self._sync_id, utcnow() + LEASE)

    async def _write(self, fields: Mapping[str, Any]) -> None:
        async with self._turn:
            noted, self._unwritten = self._unwritten, {}
            changed = await TemplateSyncDocument.change(self._sync_id, {**noted, **fields}, self._run_id)
            if changed is None:
                raise _ended()
            await self._bus.publish(TOPIC, to_bus(changed))


def _ended() -> TemplateSyncEnded:
    return TemplateSyncEnded("The sync has ended meanwhile, or another run of it has begun.")
