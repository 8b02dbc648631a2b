"""Asking for syncs, running them, and telling of them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog
from bson import ObjectId

from aura_gql.infra.ports import EventBus, JobQueue
from aura_gql.kernel.clock import utcnow
from aura_gql.templates.errors import TemplateSyncBroken, TemplateSyncUnderWay
from aura_gql.templates.syncs.changes import follow
from aura_gql.templates.syncs.documents import TemplateSourceDocument, TemplateSyncDocument
from aura_gql.templates.syncs.journal import LEASE
from aura_gql.templates.syncs.records import SyncFailure, SyncStatus, SyncTrigger, TemplateSyncRecord
from aura_gql.templates.syncs.running import SOURCE, SyncRunner
from aura_gql.templates.syncs.stored import TOPIC, failure_fields, to_bus, to_record

_JOB: Final = "syncTemplates"

_log = structlog.get_logger(__name__)


class TemplateSyncService:
    """One sync at a time, over all processes: a durable job, or a command that holds a lease on it."""

    def __init__(self, jobs: JobQueue, bus: EventBus, runner: SyncRunner) -> None:
        self._jobs = jobs
        self._bus = bus
        self._runner = runner

    def register(self) -> None:
        """Take up this work from the queue; before that starts."""
        self._jobs.register(_JOB, self._run, self._abandoned)

    async def start(self, trigger: SyncTrigger, *, force: bool = False) -> TemplateSyncRecord:
        """Have a sync run soon; the one under way where there is one.

        By `force` it looks at the repository though nothing changed there or its host asked for patience, and believes
        it even where more than half of the templates are gone.
        """
        while True:
            if opened := await self._open(trigger, force=force):
                await self._jobs.enqueue(_JOB, str(opened.id))
                return opened
            under_way = await TemplateSyncDocument.find_open()
            if under_way is not None:
                if under_way.trigger is not SyncTrigger.COMMAND:
                    # Whoever opened it may have died before this.
                    await self._jobs.enqueue(_JOB, str(under_way.id))
                return under_way

    async def run_here(self, archive: Path | None = None, *, force: bool = False) -> TemplateSyncRecord:
        """Run a sync in this process, without the queue, as `start` says; what came of it. With the packed repository
        in `archive` nobody is asked. TemplateSyncUnderWay where there is one.
        """
        opened = await self._open(SyncTrigger.COMMAND, force=force, has_lease=True)
        if opened is None:
            raise TemplateSyncUnderWay("Another sync is under way; wait for its end, or a minute if it has died.")
        try:
            await self._runner.run(opened, archive, has_lease=True)
        except BaseException:
            await self._abandoned(str(opened.id), "its command ended")
            raise
        return (await TemplateSyncDocument.find_records([opened.id]))[0]

    async def end_lapsed(self) -> None:
        """End a sync whose command has died, and tell so."""
        fields = failure_fields(_broken("The command that ran it has died."))
        ended = await TemplateSyncDocument.end_lapsed(SyncStatus.FAILED, fields)
        if ended is not None:
            await self._bus.publish(TOPIC, to_bus(ended))

    async def latest(self) -> TemplateSyncRecord | None:
        """The sync that was asked for last, None where there was none in 30 days."""
        return await TemplateSyncDocument.find_latest()

    async def get_many(self, sync_ids: Sequence[ObjectId]) -> dict[ObjectId, TemplateSyncRecord]:
        """Those of the syncs that there are, by id."""
        return {sync.id: sync for sync in await TemplateSyncDocument.find_records(sync_ids)}

    def events(self) -> AsyncGenerator[TemplateSyncRecord | None, None]:
        """The latest sync, None where there is none, then each later state, for as long as the server runs."""
        return follow(self._bus)

    @property
    def ends(self) -> Mapping[str, int]:
        """How many syncs of this process ended, by their status."""
        return self._runner.ends

    async def failures(self) -> int:
        """How many syncs in a row have failed, up to the last, of all servers."""
        return (await TemplateSourceDocument.find_state(SOURCE)).failures

    async def _open(self, trigger: SyncTrigger, *, force: bool, has_lease: bool = False) -> TemplateSyncRecord | None:
        """A new sync; None where one is under way that is not known to be dead."""
        await self.end_lapsed()
        lease_until = utcnow() + LEASE if has_lease else None
        document = await TemplateSyncDocument.insert_open(trigger, is_forced=force, lease_until=lease_until)
        if document is None:
            return None
        await self._bus.publish(TOPIC, to_bus(document))
        return to_record(document)

    async def _run(self, key: str) -> None:
        found = await TemplateSyncDocument.find_records([ObjectId(key)])
        if found and not found[0].status.has_ended:
            await self._runner.run(found[0])

    async def _abandoned(self, key: str, told: str) -> None:
        """It can't be done: whoever follows it has to know."""
        fields = failure_fields(_broken("It broke off; the server's log tells why."))
        await TemplateSourceDocument.save_failure(SOURCE, None)
        ended = await TemplateSyncDocument.end(ObjectId(key), SyncStatus.FAILED, fields)
        if ended is not None:
            await self._bus.publish(TOPIC, to_bus(ended))
            _log.warning("templates.sync_broken", reason=told)


def _broken(message: str) -> SyncFailure:
    return SyncFailure(TemplateSyncBroken.code, message)
