"""The archives of projects."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence

from bson import ObjectId

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.files.archives.errors import ArchiveNotFound, ArchiveNotReady
from aura_gql.files.archives.events import topic_of
from aura_gql.files.archives.intake import ArchiveIntake, new_archive
from aura_gql.files.archives.making import MAKE_ARCHIVE, ArchiveMaker
from aura_gql.files.archives.ports import ArchiveSource
from aura_gql.files.archives.records import (
    ArchiveBounds,
    ArchiveFacts,
    ArchiveOrigin,
    ArchiveRecord,
    RestoreWish,
)
from aura_gql.files.archives.restoring import ArchiveRestorer
from aura_gql.files.archives.shelf import ArchiveShelf
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import StorageTotals
from aura_gql.files.service import FileService
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.totals.records import ProjectStorageRecord, StorageSummary
from aura_gql.files.versions import scope_of
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.infra.ports import EventBus, IdempotencyKeys, JobQueue
from aura_gql.kernel.background import undisturbed
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.records import ProjectRecord
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.blob_links import LinkedBlob
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.storage.quotas.records import Quota
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.spooling import Spools, in_thread

_WORD = re.compile(r"[^\W_]+")
_MAX_NAME = 60
# Each may take the disk for a whole archive, and a processor for as long as it has to be unpacked.
_UNPACKED_AT_ONCE = 4


class ArchiveService:
    """Makes archives in the background, takes those that users bring, restores and removes them."""

    def __init__(
        self,
        projects: ProjectAccess,
        files: FileService,
        blobs: BlobStore,
        quotas: StorageQuotas,
        keys: IdempotencyKeys,
        jobs: JobQueue,
        bus: EventBus,
        spools: Spools,
        bounds: ArchiveBounds,
    ) -> None:
        self._projects = projects
        self._files = files
        self._blobs = blobs
        self._keys = keys
        self._jobs = jobs
        self._bus = bus
        self._spools = spools
        self._bounds = bounds
        self._turns = asyncio.Semaphore(_UNPACKED_AT_ONCE)
        self._shelf = ArchiveShelf(quotas, bus, bounds)
        self._restorer = ArchiveRestorer(blobs, files.writer, spools, bounds)
        self._intake = ArchiveIntake(projects, blobs, self._shelf, self._restorer, spools, keys, bounds)
        ArchiveMaker(projects, files, blobs, self._shelf, spools, bounds).register(jobs)

    async def recover(self) -> None:
        """Remove what dead processes left on the disk, and have what was not queued yet go on; once, at the start."""
        await in_thread(self._spools.sweep)
        for archive_id in await ProjectArchiveDocument.find_unfinished():
            if not await self._jobs.is_known(MAKE_ARCHIVE, str(archive_id)):
                await self._jobs.enqueue(MAKE_ARCHIVE, str(archive_id))

    async def get(self, viewer_id: str, archive_id: ObjectId) -> ArchiveRecord:
        """The archive where the viewer may see its project; ArchiveNotFound."""
        record = await ProjectArchiveDocument.find_record(archive_id)
        if record is None:
            raise _not_found()
        try:
            await self._projects.get(viewer_id, record.project_id)
        except ProjectNotFound:
            raise _not_found() from None
        return record

    async def find_many(self, archive_ids: Sequence[ObjectId]) -> list[ArchiveRecord]:
        """Those of the archives that there are; the caller sees to whom they are shown."""
        return await ProjectArchiveDocument.find_records(archive_ids)

    async def of_projects(self, project_ids: Sequence[ObjectId]) -> dict[ObjectId, list[ArchiveRecord]]:
        """The archives of each project, the newest first, in one query; for those who may see the projects."""
        found: dict[ObjectId, list[ArchiveRecord]] = {project_id: [] for project_id in project_ids}
        for record in await ProjectArchiveDocument.find_of_projects(project_ids):
            found[record.project_id].append(record)
        return found

    async def storages(self, project_ids: Sequence[ObjectId]) -> dict[ObjectId, ProjectStorageRecord]:
        """What each project stores, and may, in one query; for those who may see the projects."""
        found = {summary.project_id: summary for summary in await ProjectStorageDocument.find_summaries(project_ids)}
        nothing = StorageTotals(0, 0)
        return {id: self._storage(found.get(id, StorageSummary(id, nothing))) for id in project_ids}

    async def create(
        self, viewer_id: str, project_id: ObjectId, format: ArchiveFormat, idempotency_key: str | None = None
    ) -> ArchiveRecord:
        """A PENDING archive of the project's files as they are now; the one of the first call under a key.

        ProjectNotFound, ProjectNotReady, IdempotencyMismatch, TooManyArchives, UserStorageFull, TooManyReservations.
        """
        project = await self._projects.require_ready(viewer_id, project_id)
        archive_id = await self._keys.claim(
            user_id=viewer_id,
            operation="archiveProject",
            key=idempotency_key,
            request={"projectId": str(project_id), "format": format.value},
        )
        record = new_archive(archive_id, project, format, ArchiveOrigin.CREATED, project.revision)
        if idempotency_key is not None and (first := await ProjectArchiveDocument.find_record(archive_id)):
            record = first
        else:
            totals = await ProjectStorageDocument.find_totals(project_id)
            await self._shelf.reserve(project.user_id, project_id, archive_id, totals.total_bytes)
            record = await self._intake.add(record)
        if not record.is_settled:
            await self._jobs.enqueue(MAKE_ARCHIVE, str(archive_id))
        return record

    async def upload(
        self,
        viewer_id: str,
        project_id: ObjectId,
        source: ArchiveSource,
        wish: RestoreWish | None = None,
        idempotency_key: str | None = None,
    ) -> tuple[ArchiveRecord, AppliedBatch | None]:
        """Keep an archive that a user brings, and restore it where there is a wish: see `ArchiveIntake.take`."""
        async with self._turns:
            return await self._intake.take(viewer_id, project_id, source, wish, idempotency_key)

    async def restore(
        self,
        viewer_id: str,
        project_id: ObjectId,
        archive_id: ObjectId,
        wish: RestoreWish,
        idempotency_key: str | None = None,
    ) -> AppliedBatch:
        """Make the project's files those of its archive, in one revision; under a key, what the first call came to.

        ProjectNotFound, ProjectNotReady, ArchiveNotFound, ArchiveNotReady, ArchiveRefused, RevisionConflict, PathClash,
        IdempotencyMismatch, StorageUnavailable and the errors of the limits.
        """
        await self._projects.require_ready(viewer_id, project_id)
        record = await self.get(viewer_id, archive_id)
        if record.project_id != project_id:
            raise _not_found()
        require_completed(record)
        request = {"archiveId": str(archive_id), "restore": [wish.expected_revision, wish.mode.value]}
        operation_id = await self._keys.claim(
            user_id=viewer_id, operation="restoreProjectArchive", key=idempotency_key, request=request
        )
        async with self._turns:
            return await self._restorer.restore(viewer_id, record, wish, operation_id if idempotency_key else None)

    async def remove(self, viewer_id: str, archive_id: ObjectId) -> None:
        """Have no such archive, also while it is being made; ArchiveNotFound."""
        await self.get(viewer_id, archive_id)
        await self._shelf.remove(archive_id)

    async def link(self, viewer_id: str, archive_id: ObjectId, filename: str | None = None) -> LinkedBlob:
        """What a link to an archive gives: its bytes, as a file of this name, or one made of the project's.

        ArchiveNotFound, ArchiveNotReady.
        """
        record = await self.get(viewer_id, archive_id)
        facts = require_completed(record)
        project = await self._projects.get(viewer_id, record.project_id)
        key = BlobKey(scope_of(record.project_id), facts.sha256)
        return LinkedBlob(key, facts.size, filename or _filename(project, record), record.format.content_type)

    async def follow(self, viewer_id: str, archive_id: ObjectId) -> AsyncGenerator[ArchiveRecord, None]:
        """The archive as it is, then each time it changed, up to where it is settled or gone; ArchiveNotFound."""
        async with self._bus.subscribe(topic_of(archive_id)) as carried:
            record = await undisturbed(self.get(viewer_id, archive_id))
            yield record
            while not record.is_settled:
                try:
                    await anext(carried)
                except StopAsyncIteration:
                    return
                latest = await undisturbed(self.get(viewer_id, archive_id))
                if latest.sequence > record.sequence:
                    record = latest
                    yield record

    async def remove_project(self, project_id: ObjectId) -> None:
        """Remove the archives of a project that is being deleted; their bytes go with its own. Safe to repeat."""
        for record in await ProjectArchiveDocument.find_of_projects([project_id]):
            await self._shelf.remove(record.id)

    def _storage(self, summary: StorageSummary) -> ProjectStorageRecord:
        totals, limits = summary.totals, self._files.limits
        quota = Quota(totals.total_bytes, limits.max_project_bytes, totals.file_count, limits.max_files, 0)
        return ProjectStorageRecord(summary, self._bounds.provider, scope_of(summary.project_id), quota)


def require_completed(record: ArchiveRecord) -> ArchiveFacts:
    """What the archive is; ArchiveNotReady unless it is COMPLETED."""
    if record.facts is None:
        raise ArchiveNotReady(f"The archive is {record.status.value}; it must be COMPLETED.")
    return record.facts


def _filename(project: ProjectRecord, record: ArchiveRecord) -> str:
    """Of the project's name what every system takes in the name of a file."""
    name = "-".join(_WORD.findall(project.name))[:_MAX_NAME] or "project"
    revision = "" if record.revision is None else f"-r{record.revision}"
    return f"{name}{revision}{record.format.extension}"


def _not_found() -> ArchiveNotFound:
    return ArchiveNotFound("There is no archive with this id.")
