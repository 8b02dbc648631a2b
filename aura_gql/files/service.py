"""The files of projects."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.changes.service import FileChanges
from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.errors import FileNotFound, InvalidPath
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.limits import FileLimits
from aura_gql.files.paths import clean_path
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import FileRecord, RevisionSource, StorageUse, VersionKind, VersionRecord
from aura_gql.files.starting import StartingFile, keep_files, totals_of
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.usage.service import FileUsage
from aura_gql.files.versions import scope_of
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.documents import FileBatchDocument
from aura_gql.files.writing.operations import PutFile, placed
from aura_gql.files.writing.writer import FileWriter
from aura_gql.infra.ports import EventBus
from aura_gql.infra.transaction import in_transaction
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.languages import language_of
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.ports import Advance, NewFile
from aura_gql.storage.addressing import address
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.storage.quotas.records import QuotaLimits
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.sweeping.guard import BlobGuard

_FIRST_REVISION = 1
_MAX_BEHIND = 100


class FileService:
    """Reads and versioned writes. Blobs are safe before the database names them, and a change of a file, its history,
    the project's revision and its totals is one transaction: a crash leaves at most a blob that nothing names.
    """

    def __init__(
        self,
        projects: ProjectAccess,
        blobs: BlobStore,
        limits: FileLimits,
        bus: EventBus,
        quotas: StorageQuotas | None = None,
    ) -> None:
        """Without `quotas` a user may have as much as is usual, and has nothing but files."""
        self._projects = projects
        self._blobs = blobs
        self._limits = limits
        self._bus = bus
        self.changes = FileChanges(projects, bus, limits.changes_ttl_s)
        """What saves change, and what code changes in sandboxes."""
        self._quotas = quotas or StorageQuotas(QuotaLimits(), [FileUsage()])
        self._guard = BlobGuard()
        self.writer = FileWriter(projects, blobs, limits, bus, self.changes, self._quotas)
        """What every change of the files goes through but the first files of a project."""

    async def tree(self, project_ids: Sequence[ObjectId]) -> dict[ObjectId, list[FileRecord]]:
        """The files of each project, by path, in one query; for callers who have been shown to own the projects."""
        trees: dict[ObjectId, list[FileRecord]] = {project_id: [] for project_id in project_ids}
        for record in await ProjectFileDocument.find_trees(trees):
            trees[record.project_id].append(record)
        return trees

    async def get(self, viewer_id: str, project_id: ObjectId, path: str) -> FileRecord:
        """The viewer's file; ProjectNotFound, InvalidPath, FileNotFound."""
        clean = clean_path(path)
        await self._projects.get(viewer_id, project_id)
        found = await ProjectFileDocument.find_paths({project_id: [clean]})
        if not found:
            raise FileNotFound("The project has no file at this path.", field=("path",))
        return found[0]

    async def find_many(self, keys: Sequence[tuple[ObjectId, str]]) -> dict[tuple[ObjectId, str], FileRecord]:
        """Those of the files that exist, by project and path as asked for, in one query; for owners only."""
        asked = [(key, clean) for key in keys if (clean := _clean_or_none(key[1])) is not None]
        if not asked:
            return {}
        paths: dict[ObjectId, list[str]] = defaultdict(list)
        for (project_id, _), clean in asked:
            paths[project_id].append(clean)
        found = {(record.project_id, record.path): record for record in await ProjectFileDocument.find_paths(paths)}
        return {key: found[key[0], clean] for key, clean in asked if (key[0], clean) in found}

    async def content(self, record: FileRecord) -> bytes:
        """The bytes of a file, checked; StorageUnavailable. BlobNotFound where its project was deleted meanwhile."""
        return await self._blobs.get(BlobKey(record.scope, record.sha256))

    async def folders(self, project_ids: Sequence[ObjectId]) -> dict[ObjectId, list[FileRecord]]:
        """The folders of each project that are kept even while nothing is in them, as `tree` gives its files."""
        folders: dict[ObjectId, list[FileRecord]] = {project_id: [] for project_id in project_ids}
        for record in await ProjectFileDocument.find_folders(folders):
            folders[record.project_id].append(record)
        return folders

    async def changed_since(self, project_id: ObjectId, revision: int) -> list[FileRecord]:
        """The files and kept folders that are there and changed behind a revision, oldest change first."""
        return await ProjectFileDocument.find_changed(project_id, revision)

    async def changes_since(self, project_id: ObjectId, revision: int) -> list[VersionRecord]:
        """The newest version of each path that changed behind a revision, deletions included, oldest change first."""
        return await FileVersionDocument.find_since(project_id, revision)

    async def versions_behind(self, project_id: ObjectId, path: str, version: int) -> list[VersionRecord]:
        """The versions of a clean path behind one, 0 for all, deletions included: the newest 100, oldest first."""
        return await FileVersionDocument.find_behind(project_id, path, version, _MAX_BEHIND)

    async def as_of(self, project_id: ObjectId, paths: Sequence[str], revision: int) -> dict[str, FileRecord]:
        """What was there at a revision of the project of these clean paths, as it was then, by path."""
        found = await FileVersionDocument.find_as_of(project_id, revision, paths) if paths else []
        return {record.path: record for record in found}

    async def tree_as_of(self, project_id: ObjectId, revision: int) -> dict[str, FileRecord]:
        """All that was there at a revision of the project, as it was then, kept folders included, by path."""
        return {record.path: record for record in await FileVersionDocument.find_as_of(project_id, revision)}

    @property
    def limits(self) -> FileLimits:
        """The bounds of a file and of a project."""
        return self._limits

    async def save(
        self,
        viewer_id: str,
        project_id: ObjectId,
        path: str,
        data: bytes,
        expected_version: int,
        executable: bool | None = None,
    ) -> FileRecord:
        """Make a file (`expected_version` 0) or its next version; `executable` None leaves the bit as it is.

        Saving what is there already, from the version that is there, changes nothing and gives the file as it is.
        ProjectNotFound, ProjectNotReady, InvalidPath, VersionConflict, PathClash, and the errors of the limits.
        """
        operation = PutFile(path, HeldBytes(data), expected_version, executable)
        with placed():
            saved = await self.writer.apply(viewer_id, project_id, [operation], source=RevisionSource.SAVE)
        return saved.files[0]

    async def import_files(
        self, project_id: ObjectId, files: Sequence[NewFile], author: str, advance: Advance | None = None
    ) -> bool:
        """As `ProjectFiles` promises: a project's first files, all or none, once.

        InvalidPath, PathClash, and the errors of the limits.
        """
        scope = scope_of(project_id)
        brought = {address(scope, file.content) for file in files if isinstance(file.content, bytes)}
        claim = await self._guard.claim(brought)
        kept = await keep_files(self._blobs, scope, files, self._limits)
        await claim.hold()

        async def write(session: AsyncClientSession) -> None:
            if await (advance or count)(session) != _FIRST_REVISION:
                raise _HasFiles
            await self._write_first(project_id, kept, author, session)

        async def count(session: AsyncClientSession) -> int:
            return await self._projects.advance_revision(project_id, session)

        try:
            async with self._quotas.turn(author):
                await in_transaction(ProjectFileDocument.client(), write)
        except _HasFiles:
            return False
        except ProjectNotFound:
            if brought:
                await self._forget_blobs(project_id)
            raise
        return True

    async def storage_use(self) -> StorageUse:
        """What all projects come to, and how many have nine tenths of what a project may have."""
        return await ProjectStorageDocument.find_use(self._limits.max_project_bytes * 9 // 10)

    async def remove_project(self, project_id: ObjectId) -> None:
        """Remove every file of a project that is being deleted, with its history and its blobs. Safe to repeat."""
        await ProjectFileDocument.remove_project(project_id)
        await FileVersionDocument.remove_project(project_id)
        await self._give_back(project_id)
        await FileBatchDocument.remove_project(project_id)
        await self.changes.remove_project(project_id)
        await self._blobs.delete_scope(scope_of(project_id))

    async def _give_back(self, project_id: ObjectId) -> None:
        """Have the project count no more: its totals go with what they are of the user's, or both stay for the next."""
        owner = await self._projects.owner_of(project_id)

        async def work(session: AsyncClientSession) -> None:
            totals = await ProjectStorageDocument.remove_project(project_id, session)
            if owner is not None:
                await self._quotas.add(owner, -totals.as_usage(), session)

        await in_transaction(ProjectFileDocument.client(), work)
        if owner is not None:
            await self._quotas.release_project(owner, project_id)

    async def _forget_blobs(self, project_id: ObjectId) -> None:
        """No transaction on a project that is being deleted can succeed any more: nothing will name a blob of it."""
        await self._blobs.delete_scope(scope_of(project_id))

    async def _write_first(
        self, project_id: ObjectId, files: Sequence[StartingFile], author: str, session: AsyncClientSession
    ) -> None:
        records = list(_first_records(project_id, files, author))
        if records:
            await ProjectFileDocument.insert_records(records, session)
            versions = [VersionRecord(record, VersionKind.CREATED, RevisionSource.INITIAL) for record in records]
            await FileVersionDocument.insert_records(versions, session)
        totals = totals_of(files)
        await ProjectStorageDocument.add(project_id, totals, session)
        await self._quotas.add(author, totals.as_usage(), session)


class _HasFiles(Exception):
    """The project has had files before; undoes the transaction that found it."""


def _clean_or_none(path: str) -> str | None:
    try:
        return clean_path(path)
    except InvalidPath:
        return None


def _first_records(project_id: ObjectId, files: Iterable[StartingFile], author: str) -> Iterable[FileRecord]:
    now = utcnow()
    for file in files:
        yield FileRecord(
            project_id=project_id,
            path=file.path,
            version=1,
            revision=_FIRST_REVISION,
            sha256=file.blob.sha256,
            size=file.size,
            executable=file.executable,
            scope=file.blob.scope,
            language=language_of(file.path),
            is_binary=file.is_binary,
            updated_at=now,
            updated_by=author,
        )
