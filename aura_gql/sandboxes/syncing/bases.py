"""What a machine last got of its project's files."""

from collections.abc import Collection, Sequence

from bson import ObjectId

from aura_gql.files.records import FileRecord
from aura_gql.files.service import FileService
from aura_gql.sandboxes.syncing.records import SyncedState
from aura_gql.sandboxes.syncing.values import Entry, entry_of, file_of


class Bases:
    """Asks the history of a project."""

    def __init__(self, files: FileService) -> None:
        self._files = files

    async def of_paths(
        self, project_id: ObjectId, state: SyncedState, paths: Collection[str]
    ) -> dict[str, FileRecord | None]:
        """What the machine got at each of the paths, None where it got nothing."""
        asked: Sequence[str] = [path for path in paths if path not in state.apart]
        found = await self._files.as_of(project_id, asked, state.revision) if asked else {}
        return {path: state.apart[path] if path in state.apart else found.get(path) for path in paths}

    async def was_sent(self, project_id: ObjectId, path: str, base: FileRecord | None, seen: Entry | None) -> bool:
        """Whether what is in the machine is a version of the project behind the one that it is known to have got: the
        push that brought it was cut off before it was noted. To overwrite that loses nothing.
        """
        behind = await self._files.versions_behind(project_id, path, base.version if base else 0)
        return any(seen == entry_of(file_of(row)) for row in behind)
