"""Removing the blobs that nothing names."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import structlog

from aura_gql.kernel.background import Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.ports import BlobInfo, BlobKey, BlobStore
from aura_gql.storage.sweeping.documents import (
    CondemnedBlobDocument,
    SweepTurnDocument,
    SweptBlobDocument,
    new_run_id,
)
from aura_gql.storage.sweeping.ports import BlobReferences
from aura_gql.storage.sweeping.records import CondemnedBlob, SweepLimits, SweepReport
from aura_gql.storage.verifying.documents import LostBlobDocument

_log = structlog.get_logger(__name__)

LEASE_S = 900.0
UNNAMED = "No file, version or archive names it."
_ASKED_AT_ONCE = 1_000
_REMOVED_AT_ONCE = 100
_DELETIONS_AT_ONCE = 8
# A deletion that has not been answered by then is given up, and nothing of it can arrive as late as it is taken over.
_DELETION_S = 60.0
_TAKEN_OVER_AFTER_S = 1_200.0
_LOOKED_EVERY_S = 60.0


class BlobSweeper:
    """Condemns the blobs that no room names, and removes those that were condemned long enough ago and still are.

    Of all servers one at a time does so. That is for economy: what makes removals safe is told in `BlobGuard`, and
    holds for any number of sweepers.
    """

    def __init__(self, store: BlobStore, rooms: Sequence[BlobReferences], limits: SweepLimits) -> None:
        self._store = store
        self._rooms = tuple(rooms)
        self._limits = limits
        self.swept = SweepReport()
        """What the runs of this process came to together."""
        self._loop = Periodic("sweep blobs", min(limits.interval_s, _LOOKED_EVERY_S), self._look)

    def start(self) -> None:
        """Look from now on whether it is time to sweep."""
        self._loop.start()

    async def stop(self) -> None:
        """No longer."""
        await self._loop.stop()

    async def take_turn(self) -> SweepReport | None:
        """A run where one is due and no other server is at it; None where not."""
        run_id = new_run_id()
        after_scope = await SweepTurnDocument.take(run_id, LEASE_S)
        if after_scope is None:
            return None
        report = SweepReport()
        try:
            after_scope = await self._condemn_some(run_id, after_scope, report)
            await self._remove_some(report)
        except (StorageUnavailable, TimeoutError) as error:
            _log.warning("storage.sweep_failed", reason=str(error) or type(error).__name__)
        finally:
            self._count(report)
            await SweepTurnDocument.end(run_id, self._limits.interval_s, after_scope)
        tell = _log.info if report.condemned or report.spared or report.removed else _log.debug
        tell(
            "storage.swept",
            looked_at=report.looked_at,
            condemned=report.condemned,
            spared=report.spared,
            removed=report.removed,
            removed_bytes=report.removed_bytes,
        )
        return report

    @property
    def limits(self) -> SweepLimits:
        """The times and bounds of its runs."""
        return self._limits

    async def _look(self) -> None:
        await self.take_turn()

    async def _condemn(self, blobs: Sequence[BlobInfo]) -> int:
        """Condemn those of the blobs that no room names; how many were not yet condemned."""
        unnamed = await self.unnamed(blobs)
        return await CondemnedBlobDocument.condemn(unnamed, UNNAMED) if unnamed else 0

    async def count_trouble(self) -> tuple[int, int]:
        """How many blobs wait to be removed, and how many are marked as lost, of all servers."""
        return await CondemnedBlobDocument.count_waiting(), await LostBlobDocument.count_marks()

    async def unnamed(self, blobs: Sequence[BlobInfo]) -> list[BlobInfo]:
        """Those of the blobs that no room names; at least one and at most a thousand, of one scope."""
        named = await self._named(blobs[0].key.scope, [blob.key.sha256 for blob in blobs])
        return [blob for blob in blobs if blob.key.sha256 not in named]

    async def scopes(self) -> AsyncIterator[str]:
        """Every scope in which a room keeps blobs, in no promised order."""
        for parent in sorted({parent for room in self._rooms for parent in room.parents}):
            async for scope in self._store.scopes(parent):
                yield scope

    async def _condemn_some(self, run_id: str, after_scope: str, report: SweepReport) -> str:
        """Go on behind a scope, by whole scopes; the one to go on behind, empty where all were looked at."""
        rest = sorted([scope async for scope in self.scopes() if scope > after_scope])
        for number, scope in enumerate(rest, 1):
            await self._condemn_in(scope, report)
            is_enough = number >= self._limits.max_scopes or report.looked_at >= self._limits.max_looked_at
            if is_enough and scope != rest[-1]:
                return scope
            if not await SweepTurnDocument.keep(run_id, LEASE_S, scope):
                return scope  # Another server took this one for dead.
        return ""

    async def _condemn_in(self, scope: str, report: SweepReport) -> None:
        oldest = utcnow() - timedelta(seconds=self._limits.grace_s)
        batch: list[BlobInfo] = []
        async for blob in self._store.list(scope):
            report.looked_at += 1
            if blob.modified_at < oldest:
                batch.append(blob)
            if len(batch) == _ASKED_AT_ONCE:
                report.condemned += await self._condemn(batch)
                batch = []
        if batch:
            report.condemned += await self._condemn(batch)

    async def _remove_some(self, report: SweepReport) -> None:
        now, limits = utcnow(), self._limits
        stale, due = now - timedelta(seconds=_TAKEN_OVER_AFTER_S), now - timedelta(seconds=limits.wait_s)
        while report.removed < limits.max_removed:
            # A name for each group, so that what one could not remove is left to be taken over.
            group_id = new_run_id()
            doomed = await CondemnedBlobDocument.doom_again(stale, group_id, _REMOVED_AT_ONCE)
            if not doomed and not await CondemnedBlobDocument.doom(due, group_id, _REMOVED_AT_ONCE):
                return
            await self._remove_doomed(group_id, report)

    async def _remove_doomed(self, group_id: str, report: SweepReport) -> None:
        """Ask once more, now that no claim can come in between, and delete what nothing names."""
        started = asyncio.get_running_loop().time()
        doomed = await CondemnedBlobDocument.find_doomed(group_id)
        for scope in sorted({blob.key.scope for blob in doomed}):
            blobs = [blob for blob in doomed if blob.key.scope == scope]
            named = await self._named(scope, [blob.key.sha256 for blob in blobs])
            spared = [blob.key for blob in blobs if blob.key.sha256 in named]
            gone = [blob for blob in blobs if blob.key.sha256 not in named]
            async with asyncio.timeout_at(started + _DELETION_S):
                await self._delete([blob.key for blob in gone])
            if gone:
                await SweptBlobDocument.add(gone, self._limits.kept_s)
            await CondemnedBlobDocument.close([blob.key for blob in blobs], group_id)
            self._tell(gone, spared, report)

    async def _delete(self, keys: Sequence[BlobKey]) -> None:
        turns = asyncio.Semaphore(_DELETIONS_AT_ONCE)

        async def delete(key: BlobKey) -> None:
            async with turns:
                await self._store.delete(key)

        try:
            async with asyncio.TaskGroup() as group:
                for key in keys:
                    group.create_task(delete(key))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def _named(self, scope: str, digests: Sequence[str]) -> set[str]:
        return set[str]().union(*[await room.named(scope, digests) for room in self._rooms])

    def _tell(self, gone: Sequence[CondemnedBlob], spared: Sequence[BlobKey], report: SweepReport) -> None:
        for blob in gone:
            report.removed += 1
            report.removed_bytes += blob.size
            _log.info(
                "storage.blob_removed", scope=blob.key.scope, sha256=blob.key.sha256, size=blob.size, why=blob.why
            )
        for key in spared:
            report.spared += 1
            _log.warning("storage.blob_spared", scope=key.scope, sha256=key.sha256)

    def _count(self, report: SweepReport) -> None:
        swept = self.swept
        swept.looked_at += report.looked_at
        swept.condemned += report.condemned
        swept.spared += report.spared
        swept.removed += report.removed
        swept.removed_bytes += report.removed_bytes
