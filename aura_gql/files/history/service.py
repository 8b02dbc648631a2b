"""What the files of projects once were."""

from collections.abc import Iterator
from contextlib import contextmanager

from bson import ObjectId

from aura_gql.files.diffing.differ import Differ
from aura_gql.files.diffing.records import TextDiff
from aura_gql.files.errors import InvalidPath
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.history.errors import HistoryTrimmed, RevisionNotFound, VersionNotFound
from aura_gql.files.history.pairs import changed_files
from aura_gql.files.history.records import FilePair, RevisionRecord
from aura_gql.files.history.retention.documents import HistoryFloorDocument
from aura_gql.files.history.revisions.pages import revision_page
from aura_gql.files.history.walking import FileWalk
from aura_gql.files.paths import clean_path
from aura_gql.files.records import FileRecord, VersionKind, VersionRecord
from aura_gql.files.service import FileService
from aura_gql.kernel.errors import DomainError, InvalidInput
from aura_gql.kernel.page import Page, PageRequest


class FileHistory:
    """Reads what was, for callers who have been shown to own the project."""

    def __init__(self, files: FileService, differ: Differ | None = None) -> None:
        self._files = files
        self._differ = differ or Differ()

    async def of_file(
        self, project_id: ObjectId, path: str, page: PageRequest, *, follows_moves: bool = True
    ) -> Page[VersionRecord]:
        """The versions of the file that is, or was last, at `path`, newest first; none where no file can have the path.
        InvalidInput on `after`. They go on with those of the path from where it was moved, unless it follows no moves.
        """
        try:
            clean = clean_path(path)
        except InvalidPath:
            return Page([], [], has_next=False, has_previous=False, count=_none)
        return await FileWalk(project_id, clean, follows_moves).page(page)

    async def revisions(self, project_id: ObjectId, page: PageRequest) -> Page[RevisionRecord]:
        """The changes of the project that are kept, newest first; InvalidInput on `after`."""
        oldest = await HistoryFloorDocument.find_oldest(project_id)
        return await revision_page(project_id, oldest, page)

    async def version(self, project_id: ObjectId, path: str, version: int) -> VersionRecord:
        """One version of a path; InvalidPath, VersionNotFound, HistoryTrimmed."""
        clean = clean_path(path)
        found = await FileVersionDocument.find_back(project_id, clean, version, 1)
        if found and found[0].file.version == version:
            return found[0]
        if version >= 1 and await FileVersionDocument.find_back(project_id, clean, None, 1, above=version):
            oldest = await HistoryFloorDocument.find_oldest(project_id)
            raise HistoryTrimmed(
                f"Version {version} of `{clean}` is older than what is kept.",
                field=("version",),
                details={"oldestRevision": oldest},
            )
        raise VersionNotFound(f"The project's history has no version {version} of `{clean}`.", field=("version",))

    async def pair(
        self, project_id: ObjectId, path: str, old: int, new: int | None = None, old_path: str | None = None
    ) -> FilePair:
        """Two versions of a file, `new` None for the newest; 0 is the file before it was there. `old_path` is where the
        older one was, if not at `path`. The errors of `version`, and InvalidInput where it was there in neither.
        """
        with _about("to"):
            newer = await (self._newest(project_id, path) if new is None else self._side(project_id, path, new))
        with _about("from"):
            older = await self._side(project_id, old_path or path, old)
        if older is None and newer is None:
            raise InvalidInput(f"`{path}` was there in neither of these versions.", field=("from",))
        return FilePair(older, newer)

    async def changes(self, project_id: ObjectId, old: int, new: int, newest: int) -> list[FilePair]:
        """The files that differ between two revisions, by path; `newest` is the project's own. RevisionNotFound,
        HistoryTrimmed. Either may be the older one, and 0 is the project before its first file.
        """
        with _about("from"):
            older = await self.tree(project_id, old, newest)
        with _about("to"):
            newer = await self.tree(project_id, new, newest)
        if old > new:
            older, newer = newer, older
        first, last = sorted((old, new))
        pairs = await changed_files(project_id, older, newer, first, last)
        return pairs if old <= new else sorted((pair.reversed() for pair in pairs), key=lambda pair: pair.path)

    async def tree(self, project_id: ObjectId, revision: int, newest: int) -> dict[str, FileRecord]:
        """All files and kept folders as of a revision, by path; RevisionNotFound, HistoryTrimmed."""
        if not 0 <= revision <= newest:
            raise RevisionNotFound(f"The project has revisions up to {newest}, and no {revision}.", field=("revision",))
        tree = await self._files.tree_as_of(project_id, revision) if revision else {}
        # Behind the reading: what is trimmed meanwhile is announced before.
        oldest = await HistoryFloorDocument.find_oldest(project_id)
        if revision < oldest and not (revision == 0 and oldest == 1):
            raise HistoryTrimmed(
                f"Revision {revision} is older than what is kept; {oldest} is the first that is.",
                field=("revision",),
                details={"oldestRevision": oldest},
            )
        return tree

    def reads(self, pair: FilePair) -> bool:
        """Whether `compare` has to read the files of a pair."""
        if pair.is_binary or (pair.old and pair.new and pair.old.sha256 == pair.new.sha256):
            return False
        return all(self._differ.takes(side.size) for side in (pair.old, pair.new) if side)

    async def compare(self, pair: FilePair) -> TextDiff | None:
        """How the lines of a pair differ; None where a side is binary or beyond the limits. StorageUnavailable."""
        if pair.is_binary:
            return None
        if pair.old and pair.new and pair.old.sha256 == pair.new.sha256:
            return TextDiff()
        if not self.reads(pair):
            return None
        old, new = [await self._files.content(side) if side else b"" for side in (pair.old, pair.new)]
        return await self._differ.compare(old, new)

    async def remove_project(self, project_id: ObjectId) -> None:
        """Forget how far the history of a project goes back, which is being deleted. Safe to repeat."""
        await HistoryFloorDocument.remove_project(project_id)

    async def _side(self, project_id: ObjectId, path: str, version: int) -> FileRecord | None:
        if version == 0:
            return None
        found = await self.version(project_id, path, version)
        return None if found.kind is VersionKind.DELETED else found.file

    async def _newest(self, project_id: ObjectId, path: str) -> FileRecord | None:
        found = await FileVersionDocument.find_back(project_id, clean_path(path), None, 1)
        if not found:
            raise VersionNotFound(f"The project's history has no file `{path}`.", field=("path",))
        return None if found[0].kind is VersionKind.DELETED else found[0].file


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Have what is said of a version or a revision point at the argument `name`, which gave it."""
    try:
        yield
    except DomainError as error:
        if error.field in (("version",), ("revision",)):
            error.field = (name,)
        raise


async def _none() -> int:
    return 0
