"""Making a project's files those of an archive: the whole archive checked, then blobs, then one revision."""

from collections.abc import Sequence
from dataclasses import replace

from bson import ObjectId

from aura_gql.files.archives.records import ArchiveBounds, ArchiveOrigin, ArchiveRecord, RestoreWish
from aura_gql.files.archives.unpacking import PATH_RULES, Unpacker, known_contents, operations_of
from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.records import RevisionSource
from aura_gql.files.versions import scope_of
from aura_gql.files.writing.operations import Operation
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.files.writing.writer import FileWriter
from aura_gql.kernel.errors import DomainError
from aura_gql.storage.archives.inspection import Inspection, inspect
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.storage.spooling import Spool, Spools, fill, in_thread

_MOST_OF_OURS = 1_000_000


class ArchiveRestorer:
    """Looks through archives, and restores them."""

    def __init__(self, blobs: BlobStore, writer: FileWriter, spools: Spools, bounds: ArchiveBounds) -> None:
        self._blobs = blobs
        self._writer = writer
        self._spools = spools
        self._bounds = bounds
        self._unpacker = Unpacker(blobs, spools)

    async def look_through(self, spool: Spool, origin: ArchiveOrigin) -> Inspection:
        """What is in the archive that a spool holds, all of it unpacked once and nothing of it used; ArchiveRefused."""
        return await in_thread(inspect, spool.file, self._limits(origin), PATH_RULES)

    async def restore(
        self, author: str, record: ArchiveRecord, wish: RestoreWish, operation_id: ObjectId | None = None
    ) -> AppliedBatch:
        """Fetch a COMPLETED archive and restore it; the errors of `restore_from`, and of the blob store."""
        assert record.facts is not None  # noqa: S101
        with self._spools.open() as spool:
            await fill(spool, self._blobs.read(BlobKey(scope_of(record.project_id), record.facts.sha256)))
            found = await self.look_through(spool, record.origin)
            return await self.restore_from(author, record, spool, found, wish, operation_id)

    async def restore_from(
        self,
        author: str,
        record: ArchiveRecord,
        spool: Spool,
        found: Inspection,
        wish: RestoreWish,
        operation_id: ObjectId | None = None,
    ) -> AppliedBatch:
        """Restore what was found in a spool, as one revision that history can take back.

        ProjectNotFound, ProjectNotReady, RevisionConflict, PathClash, StorageUnavailable and the errors of the limits.
        """
        project_id = record.project_id
        if operation_id is None:
            # Once more with the operations; here so that what comes too late does not fill the blob store.
            await self._apply(author, project_id, [], wish, None)
        present = await ProjectFileDocument.find_entries(project_id)
        limits = self._limits(record.origin)
        known = known_contents(present)
        stored = await self._unpacker.keep(spool, found, limits, scope_of(project_id), known)
        if record.origin is ArchiveOrigin.UPLOADED:
            found = found.stripped()
        return await self._apply(
            author, project_id, operations_of(found, stored, present, wish.mode), wish, operation_id
        )

    async def _apply(
        self,
        author: str,
        project_id: ObjectId,
        operations: Sequence[Operation],
        wish: RestoreWish,
        operation_id: ObjectId | None,
    ) -> AppliedBatch:
        try:
            return await self._writer.apply(
                author,
                project_id,
                operations,
                source=RevisionSource.ARCHIVE,
                expected_revision=wish.expected_revision,
                operation_id=operation_id,
            )
        except DomainError as error:
            # The caller knows of no operations; the path that it is about is in the details.
            if error.field and error.field[0].isdigit():
                error.field = ()
            raise

    def _limits(self, origin: ArchiveOrigin) -> ArchiveLimits:
        """What we wrote ourselves may hold as many files, as many zeros and any names that the project did."""
        reading = self._bounds.reading
        if origin is ArchiveOrigin.UPLOADED:
            return reading
        entries = max(reading.max_entries, _MOST_OF_OURS)
        return replace(reading, max_ratio=None, max_entries=entries, drives_refused=False)
