"""Bringing back what was: as a new revision, so that a restore loses nothing and can itself be undone."""

from collections.abc import Mapping

from bson import ObjectId

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.history.errors import VersionIsDeletion
from aura_gql.files.history.service import FileHistory
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import FileRecord, RevisionSource, VersionKind
from aura_gql.files.service import FileService
from aura_gql.files.writing.operations import DeletePath, Operation, PutFile, PutFolder, StoredContent, placed
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.storage.ports import BlobKey

Tree = Mapping[str, FileRecord]


class FileRestoring:
    """Writes versions anew whose bytes the store still has. What is there already just so is not written."""

    def __init__(self, projects: ProjectAccess, files: FileService, history: FileHistory) -> None:
        self._projects = projects
        self._files = files
        self._history = history

    async def restore_version(
        self, viewer_id: str, project_id: ObjectId, path: str, version: int, expected_version: int
    ) -> FileRecord:
        """The file with the bytes and the executable bit that it had at `version`, there again if it was deleted.

        `expected_version` is the present one, 0 where there is no file. ProjectNotFound, InvalidPath, VersionNotFound,
        HistoryTrimmed, VersionIsDeletion, and the errors of a save.
        """
        await self._projects.get(viewer_id, project_id)
        wanted = await self._history.version(project_id, path, version)
        if wanted.kind is VersionKind.DELETED or wanted.file.entry is not EntryKind.FILE:
            raise VersionIsDeletion(
                f"Version {version} of `{wanted.file.path}` has no content to bring back; restore one before it.",
                field=("version",),
            )
        for present in await ProjectFileDocument.find_some(project_id, [wanted.file.path]):
            if _is_same(present, wanted.file):
                return present
        with placed():
            batch = await self._files.writer.apply(
                viewer_id, project_id, [_put(wanted.file, expected_version)], source=RevisionSource.RESTORE
            )
        return batch.files[0]

    async def restore_revision(
        self, viewer_id: str, project_id: ObjectId, revision: int, expected_revision: int
    ) -> AppliedBatch:
        """Every file and kept folder as of `revision`, and no other; in one new revision, if anything differs.

        `expected_revision` is the present one. ProjectNotFound, RevisionNotFound, HistoryTrimmed, RevisionConflict, and
        the errors of a batch.
        """
        project = await self._projects.get(viewer_id, project_id)
        wanted = await self._history.tree(project_id, revision, project.revision)
        # Behind the project's revision, so that where these are of a later one, the writer sees that they are.
        present = await ProjectFileDocument.find_entries(project_id)
        operations = restoring({entry.path: entry for entry in present}, wanted)
        if not operations:
            return AppliedBatch(project_id, project.revision, [], [])
        with placed():
            return await self._files.writer.apply(
                viewer_id,
                project_id,
                operations,
                source=RevisionSource.RESTORE,
                expected_revision=expected_revision,
            )


def restoring(present: Tree, wanted: Tree) -> list[Operation]:
    """What makes the `wanted` tree of the `present` one: first what must go, so that nothing stands in the way."""
    gone = [entry for path, entry in present.items() if path not in wanted or wanted[path].entry is not entry.entry]
    files = sorted(entry.path for entry in gone if entry.entry is EntryKind.FILE)
    # The inner before the outer, which would take it along. One that is to have files stays as their folder.
    folders = sorted((entry.path for entry in gone if entry.entry is EntryKind.FOLDER), reverse=True)
    operations: list[Operation] = [DeletePath(path, present[path].version) for path in files]
    operations += [DeletePath(path) for path in folders if not _has_content(path, wanted)]
    for path, entry in wanted.items():
        there = present.get(path)
        if there is not None and _is_same(there, entry):
            continue
        # Not more than was there when this was made is overwritten.
        version = there.version if there is not None and there.entry is EntryKind.FILE else 0
        operations.append(_put(entry, version) if entry.entry is EntryKind.FILE else PutFolder(path))
    return operations


def _has_content(folder: str, tree: Tree) -> bool:
    return any(path.startswith(f"{folder}/") for path in tree)


def _put(file: FileRecord, expected_version: int) -> PutFile:
    content = StoredContent(BlobKey(file.scope, file.sha256), file.size, file.is_binary)
    return PutFile(file.path, content, expected_version, file.executable)


def _is_same(one: FileRecord, other: FileRecord) -> bool:
    return (one.entry, one.sha256, one.executable) == (other.entry, other.sha256, other.executable)
