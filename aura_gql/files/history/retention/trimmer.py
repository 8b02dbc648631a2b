"""Dropping what is older than the history that is kept."""

from datetime import datetime, timedelta

import structlog
from bson import ObjectId

from aura_gql.files.history.records import RetentionLimits
from aura_gql.files.history.retention.documents import HistoryFloorDocument, TrimQueries
from aura_gql.files.history.revisions.documents import RevisionQueries
from aura_gql.infra.ports import JobQueue
from aura_gql.kernel.background import Periodic
from aura_gql.kernel.clock import utcnow

_JOB = "trimFileHistory"
_EVERY_S = 6 * 3600
_PATHS_AT_ONCE = 200

_log = structlog.get_logger(__name__)


class HistoryTrimmer:
    """Every 6 hours raises the floor of each project whose history is too old or too long, and drops the versions below
    it that no kept revision shows: those that a later version up to the floor replaced, and deletions up to it.

    It is a durable job, so that of many servers one does it, and another goes on where that one dies.
    """

    def __init__(self, jobs: JobQueue, limits: RetentionLimits) -> None:
        self._jobs = jobs
        self._limits = limits
        self._loop = Periodic("trim the history of files", _EVERY_S, self._ask)

    def register(self) -> None:
        """Take up this work from the queue; before that starts."""
        self._jobs.register(_JOB, self.run)

    def start(self) -> None:
        """Begin to ask for it; behind the start of the queue."""
        self._loop.start()

    async def stop(self) -> None:
        """Ask no more."""
        await self._loop.stop()

    async def run(self, _key: str) -> None:
        """Look at every project. Safe to repeat, and to end in the middle."""
        project_id = await TrimQueries.next_project(None)
        while project_id is not None:
            if removed := await self.trim(project_id):
                _log.info("history.trimmed", project_id=str(project_id), versions=removed)
            project_id = await TrimQueries.next_project(project_id)

    async def trim(self, project_id: ObjectId) -> int:
        """Drop what is too old of one project's history; how many versions that were."""
        before = await HistoryFloorDocument.find_oldest(project_id)
        floor = await self._floor(project_id, before)
        if floor > before:
            await HistoryFloorDocument.raise_to(project_id, floor)
        removed = 0
        # Below a floor that an earlier run raised, too: that may have ended in the middle.
        while superseded := await TrimQueries.find_superseded(project_id, floor, _PATHS_AT_ONCE):
            removed += await TrimQueries.remove_before(project_id, superseded)
        # Last, because without its deletion a file with earlier versions would seem to be there.
        return removed + await TrimQueries.remove_deletions(project_id, floor)

    async def _floor(self, project_id: ObjectId, before: int) -> int:
        """The oldest revision to keep, the newest at most."""
        newest = await RevisionQueries.find_at_most(project_id)
        oldest = await TrimQueries.first_from(project_id, before + 1)
        if newest is None or oldest is None:
            return before
        now = utcnow()
        too_many = newest - self._limits.max_revisions + 1
        too_old_at, recent_at = (now - timedelta(seconds=s) for s in (self._limits.kept_s, self._limits.recent_s))
        if too_many <= before and oldest[1] >= too_old_at:
            return before
        too_old = await _first_since(project_id, before, newest, too_old_at)
        recent = await _first_since(project_id, before, newest, recent_at)
        return max(before, min(max(too_many, too_old), recent))

    async def _ask(self) -> None:
        slot = str(int(utcnow().timestamp() // _EVERY_S))
        if not await self._jobs.is_known(_JOB, slot):
            await self._jobs.enqueue(_JOB, slot)


async def _first_since(project_id: ObjectId, low: int, high: int, moment: datetime) -> int:
    """The first revision made at that moment or later, from `low` to `high`, which is there; `high` where none is.

    By halving: revisions grow with time.
    """
    while low < high:
        middle = (low + high) // 2
        found = await TrimQueries.first_from(project_id, middle)
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0] + 1
    return low
