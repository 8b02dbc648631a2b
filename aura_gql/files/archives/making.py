"""The background job that makes an archive; it may die at any point and begins again."""

from bson import ObjectId

from aura_gql.files.archives.packing import pack
from aura_gql.files.archives.records import ArchiveBounds, ArchiveRecord
from aura_gql.files.archives.shelf import ArchiveShelf
from aura_gql.files.archives.storing import store
from aura_gql.files.changes.records import EntryKind
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.service import FileService
from aura_gql.files.versions import scope_of
from aura_gql.infra.ports import JobQueue
from aura_gql.kernel.errors import DomainError, StorageUnavailable
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.storage.ports import BlobStore
from aura_gql.storage.spooling import Spools
from aura_gql.storage.sweeping.guard import BlobGuard

MAKE_ARCHIVE = "make-archive"
_GIVEN_UP = "The archive could not be made: the storage did not answer. Ask for it again."


class ArchiveMaker:
    """Makes archives from the files of the revision at which they were asked for."""

    def __init__(
        self,
        projects: ProjectAccess,
        files: FileService,
        blobs: BlobStore,
        shelf: ArchiveShelf,
        spools: Spools,
        bounds: ArchiveBounds,
    ) -> None:
        self._projects = projects
        self._files = files
        self._blobs = blobs
        self._shelf = shelf
        self._spools = spools
        self._bounds = bounds
        self._guard = BlobGuard()

    def register(self, jobs: JobQueue) -> None:
        """Take up this work from the queue."""
        jobs.register(MAKE_ARCHIVE, self.run, self.give_up)

    async def run(self, key: str) -> None:
        """Make the archive whose id is `key`; does nothing where it is settled or gone. Safe to repeat.

        What passes (StorageUnavailable) is raised, so that the job is tried again; anything else that can be foreseen
        has the archive FAILED.
        """
        record = await self._shelf.begin(ObjectId(key))
        if record is None:
            return
        try:
            await self._projects.get(record.user_id, record.project_id)
            await self._make(record)
        except ProjectNotFound:
            await self._shelf.remove(record.id)
            # Nothing of a project that is being deleted will be named any more.
            await self._blobs.delete_scope(scope_of(record.project_id))
        except StorageUnavailable:
            raise
        except DomainError as error:
            if await self._shelf.fail(record.id, error.message) is None:
                await self._shelf.release(record.user_id, record.id)

    async def give_up(self, key: str, _: str) -> None:
        """Have the archive FAILED: its job failed for good. Safe to repeat."""
        await self._shelf.fail(ObjectId(key), _GIVEN_UP)

    async def _make(self, record: ArchiveRecord) -> None:
        assert record.revision is not None  # noqa: S101
        tree = list((await self._files.tree_as_of(record.project_id, record.revision)).values())
        total = sum(file.size for file in tree)
        await self._shelf.reserve(record.user_id, record.project_id, record.id, total)
        with self._spools.open() as spool:
            await pack(self._blobs, record.format, tree, spool)
            count = sum(file.entry is EntryKind.FILE for file in tree)
            facts = await store(
                self._blobs, self._guard, spool, scope_of(record.project_id), count, total, self._bounds
            )
        if await self._shelf.complete(record.id, facts) is None:
            # It was deleted meanwhile, perhaps with its project.
            await self._shelf.release(record.user_id, record.id)
            await self._projects.get(record.user_id, record.project_id)
