"""Saving what code changed in a sandbox as new versions of the project's files, before its machine goes."""

import asyncio
from collections.abc import Coroutine

import structlog
from pymongo.errors import PyMongoError

from aura_gql.infra.mongo import is_database_unavailable
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError, ProviderUnavailable, StorageUnavailable
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.records import SandboxRecord, SavedFiles
from aura_gql.sandboxes.registry import LiveSandbox
from aura_gql.sandboxes.syncing.pulling import PullRules
from aura_gql.sandboxes.syncing.records import SyncReport
from aura_gql.sandboxes.syncing.syncer import ProjectSyncer
from aura_gql.sandboxes.tally import SandboxTally

_log = structlog.get_logger(__name__)
# Each holds the changed files of a project in memory.
_AT_ONCE = 2
_MAX_TOLD = 50
_LAST = PullRules(deletes=False, is_last=True)
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.2, 5.0
_CANCEL_S = 2.0


class FileSaver:
    """Saves as the sandbox's owner, in one change of the project, and never over a version that the sandbox did not
    get: what both changed is merged where that is clean, else the sandbox's version goes into the file's history.

    What was deleted in a sandbox stays in the project: there it could not be told from what a build cleared away.
    """

    def __init__(self, syncer: ProjectSyncer, tally: SandboxTally) -> None:
        self._syncer = syncer
        self._tally = tally
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def save_before_end(self, record: SandboxRecord, live: LiveSandbox, patience_s: float) -> str | None:
        """Save within that many seconds, trying again while a part of the server is away; why that failed, in words for
        the owner, or None where nothing was lost. Never raises. Does nothing where nothing can have run.
        """
        if not live.was_used or patience_s <= 0 or record.is_temporary:
            return None
        try:
            await self._save_patiently(record, live, asyncio.get_running_loop().time() + patience_s)
        except TimeoutError as error:
            return self._failed(record, error, f"that took longer than {patience_s:g} seconds.")
        except ProjectNotFound:
            return None
        except DomainError as error:
            return self._failed(record, error, error.message)
        except Exception as error:
            _log.error("sandbox.not_saved", sandbox_id=str(record.id), exc_info=error)
            return self._failed(record, error, "an internal error.")
        return None

    def _failed(self, record: SandboxRecord, error: Exception, reason: str) -> str:
        self._tally.failed(record.provider, "save", error)
        _log.warning("sandbox.not_saved", sandbox_id=str(record.id), reason=reason)
        return f"What code changed in its files was not saved: {reason}"

    async def _save_patiently(self, record: SandboxRecord, live: LiveSandbox, deadline: float) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await _by(deadline, self._save(record, live))
                return
            except (StorageUnavailable, ProviderUnavailable) as error:
                _log.info("sandbox.save_again", sandbox_id=str(record.id), reason=error.message)
            except PyMongoError as error:
                if not is_database_unavailable(error):
                    raise
                _log.info("sandbox.save_again", sandbox_id=str(record.id), reason=type(error).__name__)
            if asyncio.get_running_loop().time() + pause_s > deadline:
                raise TimeoutError
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LAST_PAUSE_S)

    async def _save(self, record: SandboxRecord, live: LiveSandbox) -> None:
        async with self._turns:
            report = await self._syncer.pull(record.id, live, _LAST)
            await SandboxSession.set_saved_files(record.id, _told(report))


def _told(report: SyncReport) -> SavedFiles:
    saved = sorted([*report.changed, *report.merged])
    return SavedFiles(
        at=utcnow(),
        saved=tuple(saved[:_MAX_TOLD]),
        saved_count=len(saved),
        conflicts=tuple(conflict.path for conflict in report.conflicts[:_MAX_TOLD]),
        conflict_count=len(report.conflicts),
        skipped=tuple(report.skipped[:_MAX_TOLD]),
        skipped_count=len(report.skipped),
    )


async def _by(deadline: float, work: Coroutine[None, None, None]) -> None:
    """Do `work`; TimeoutError where it has not ended by then. In a task of its own: what it uses may swallow a
    cancellation, and the deadline shall hold all the same.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task], timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=_CANCEL_S)
    if not task.done() or task.cancelled():
        raise TimeoutError
    task.result()
