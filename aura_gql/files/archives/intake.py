"""Taking archives that users bring, and putting new ones on the shelf."""

import os
from dataclasses import replace

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.files.archives.errors import ArchiveTooLarge
from aura_gql.files.archives.ports import ArchiveSource
from aura_gql.files.archives.records import (
    ArchiveBounds,
    ArchiveOrigin,
    ArchiveRecord,
    ArchiveStatus,
    RestoreWish,
)
from aura_gql.files.archives.restoring import ArchiveRestorer
from aura_gql.files.archives.shelf import ArchiveShelf
from aura_gql.files.archives.storing import check_size, store
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.versions import scope_of
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.infra.ports import IdempotencyKeys
from aura_gql.kernel.clock import utcnow
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.records import ProjectRecord
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.inspection import Inspection
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.ports import BlobStore
from aura_gql.storage.spooling import Spool, Spools, fill, in_thread
from aura_gql.storage.sweeping.guard import BlobGuard


class ArchiveIntake:
    """Looks through what is brought before it is kept; what is new comes to the shelf here and nowhere else."""

    def __init__(
        self,
        projects: ProjectAccess,
        blobs: BlobStore,
        shelf: ArchiveShelf,
        restorer: ArchiveRestorer,
        spools: Spools,
        keys: IdempotencyKeys,
        bounds: ArchiveBounds,
    ) -> None:
        self._projects = projects
        self._blobs = blobs
        self._shelf = shelf
        self._restorer = restorer
        self._spools = spools
        self._keys = keys
        self._bounds = bounds
        self._guard = BlobGuard()

    async def take(
        self,
        viewer_id: str,
        project_id: ObjectId,
        source: ArchiveSource,
        wish: RestoreWish | None = None,
        idempotency_key: str | None = None,
    ) -> tuple[ArchiveRecord, AppliedBatch | None]:
        """Keep an archive that a user brings, once all of it was looked through, and restore it where there is a wish;
        under a key, what the first call came to.

        ProjectNotFound, ProjectNotReady, IdempotencyMismatch, ArchiveRefused, ArchiveTooLarge, TooManyArchives,
        UserStorageFull, TooManyReservations, those of the source; those of `restore`, behind which the archive is kept.
        """
        project = await self._projects.require_ready(viewer_id, project_id)
        restoring = [wish.expected_revision, wish.mode.value] if wish else None
        archive_id = await self._keys.claim(
            user_id=viewer_id,
            operation="uploadProjectArchive",
            key=idempotency_key,
            request={"projectId": str(project_id), "archive": source.fingerprint, "restore": restoring},
        )
        operation_id = None if idempotency_key is None else archive_id
        if operation_id and (first := await ProjectArchiveDocument.find_record(archive_id)):
            return first, await self._restorer.restore(viewer_id, first, wish, archive_id) if wish else None
        await self._shelf.require_room(project_id)
        with self._spools.open() as spool:
            try:
                found = await self._look_through(source, spool)
            except (ArchiveRefused, ArchiveTooLarge) as error:
                error.field = (source.subject,)
                raise
            new = new_archive(archive_id, project, found.format, ArchiveOrigin.UPLOADED)
            record = await self._keep(new, spool, found, source.reservation)
            await source.discard()
            if wish is None:
                return record, None
            return record, await self._restorer.restore_from(viewer_id, record, spool, found, wish, operation_id)

    async def _look_through(self, source: ArchiveSource, spool: Spool) -> Inspection:
        content = await source.open()
        check_size(content.size, self._bounds)
        await fill(spool, content.chunks())
        found = await self._restorer.look_through(spool, ArchiveOrigin.UPLOADED)
        if not found.entries:
            raise ArchiveRefused(ArchiveRule.EMPTY, "There is nothing in the archive.")
        return found

    async def _keep(
        self, record: ArchiveRecord, spool: Spool, found: Inspection, reservation: ObjectId | None
    ) -> ArchiveRecord:
        size = await in_thread(spool.file.seek, 0, os.SEEK_END)
        if reservation is None:
            await self._shelf.reserve(record.user_id, record.project_id, record.id, size)
        try:
            scope = scope_of(record.project_id)
            facts = await store(
                self._blobs, self._guard, spool, scope, found.file_count, found.total_bytes, self._bounds
            )
            return await self.add(replace(record, status=ArchiveStatus.COMPLETED, facts=facts), reservation)
        finally:
            await self._shelf.release(record.user_id, record.id)

    async def add(self, record: ArchiveRecord, reservation: ObjectId | None = None) -> ArchiveRecord:
        """The archive, or the one that the same call has put there meanwhile."""
        try:
            await self._shelf.add(record, reservation)
        except DuplicateKeyError:
            return await ProjectArchiveDocument.find_record(record.id) or record
        except Exception as error:
            await self._shelf.release(record.user_id, record.id)
            if isinstance(error, ProjectNotFound):
                # It was deleted meanwhile: nothing will name its blobs.
                await self._blobs.delete_scope(scope_of(record.project_id))
            raise
        return record


def new_archive(
    archive_id: ObjectId,
    project: ProjectRecord,
    format: ArchiveFormat,
    origin: ArchiveOrigin,
    revision: int | None = None,
) -> ArchiveRecord:
    """An archive that begins its life, PENDING."""
    now = utcnow()
    return ArchiveRecord(
        id=archive_id,
        project_id=project.id,
        user_id=project.user_id,
        format=format,
        origin=origin,
        status=ArchiveStatus.PENDING,
        status_message=None,
        revision=revision,
        facts=None,
        sequence=1,
        created_at=now,
        changed_at=now,
    )
