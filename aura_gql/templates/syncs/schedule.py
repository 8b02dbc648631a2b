"""When the templates are looked at without anybody asking for it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from aura_gql.infra.ports import JobQueue
from aura_gql.kernel.background import Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.templates.syncs.documents import TemplateSourceDocument
from aura_gql.templates.syncs.records import SourceState, SyncTrigger
from aura_gql.templates.syncs.running import SOURCE
from aura_gql.templates.syncs.service import TemplateSyncService

_JOB: Final = "scheduleTemplateSync"
_LOOK_S: Final = 60.0
_FIRST_RETRY_S: Final = 900
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class SyncSchedule:
    """Starts a sync where none was tried for an interval, the first one at once.

    It is a durable job for each time that one is due, so that of many servers one does it.
    """

    def __init__(self, jobs: JobQueue, syncs: TemplateSyncService, interval_s: int) -> None:
        self._jobs = jobs
        self._syncs = syncs
        self._interval_s = interval_s
        self._loop = Periodic("schedule of syncs of templates", min(_LOOK_S, max(interval_s, 1)), self.look)

    def register(self) -> None:
        """Take up this work from the queue; before that starts."""
        self._jobs.register(_JOB, self._run)

    def start(self) -> None:
        """Begin to look; behind the start of the queue. Nothing happens where the interval is 0."""
        if self._interval_s:
            self._loop.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._loop.stop()

    async def look(self) -> None:
        """Have a sync started if one is due, and one whose command has died told to be over."""
        await self._syncs.end_lapsed()
        state = await TemplateSourceDocument.find_state(SOURCE)
        slot = due_slot(state, self._interval_s, utcnow())
        if slot is not None and not await self._jobs.is_known(_JOB, slot):
            await self._jobs.enqueue(_JOB, slot)

    async def _run(self, slot: str) -> None:
        state = await TemplateSourceDocument.find_state(SOURCE)
        # It may have been done between the look and now, or by a run of this job that broke off.
        if due_slot(state, self._interval_s, utcnow()) is not None:
            await self._syncs.start(SyncTrigger.SCHEDULE)


def due_slot(state: SourceState, interval_s: int, now: datetime) -> str | None:
    """The word for the time that a sync is due for, the same in all processes; None where none is due.

    One whose sync never began gives way to another after an interval.
    """
    due_at = _due_at(state, interval_s)
    if now < due_at:
        return None
    return f"{int(due_at.timestamp() * 1000)}-{int((now - due_at).total_seconds() // interval_s)}"


def _due_at(state: SourceState, interval_s: int) -> datetime:
    if state.tried_at is None:
        return _NEVER
    pause_s = interval_s
    if state.failures:
        # Sooner where it failed: a network that was away comes back.
        pause_s = min(interval_s, _FIRST_RETRY_S * 2 ** min(state.failures - 1, 20))
    due_at = state.tried_at + timedelta(seconds=pause_s)
    return due_at if state.retry_at is None else max(state.tried_at, state.retry_at)
