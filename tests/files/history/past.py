"""A project with a past, for tests of what is told of it."""

from dataclasses import dataclass

from bson import ObjectId

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.history.restoring import FileRestoring
from aura_gql.files.history.service import FileHistory
from aura_gql.files.records import FileRecord, RevisionSource
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFile, PutFolder
from tests.files.world import ADA, World


def put(path: str, text: str = "text\n", *, executable: bool | None = None) -> PutFile:
    return PutFile(path, HeldBytes(text.encode()), None, executable)


@dataclass
class Past:
    """One project, and the rooms that know its past."""

    world: World
    project: ObjectId
    history: FileHistory
    restoring: FileRestoring

    async def do(self, *operations: Operation) -> int:
        """One revision of them; its number."""
        applied = await self.world.files.writer.apply(ADA, self.project, operations, source=RevisionSource.BATCH)
        return applied.revision

    async def put(self, path: str, text: str = "text\n") -> int:
        return await self.do(put(path, text))

    async def delete(self, path: str) -> int:
        return await self.do(DeletePath(path))

    async def move(self, path: str, to: str) -> int:
        return await self.do(MovePath(path, to))

    async def keep_folder(self, path: str) -> int:
        return await self.do(PutFolder(path))

    async def revision(self) -> int:
        return await self.world.revision(self.project)

    async def tree(self, revision: int | None = None) -> dict[str, str]:
        """What is there, or was at a revision, as text; folders as an ellipsis."""
        newest = await self.revision()
        found = await self.history.tree(self.project, newest if revision is None else revision, newest)
        return {path: await self._text(file) for path, file in sorted(found.items())}

    async def _text(self, file: FileRecord) -> str:
        if file.entry is EntryKind.FOLDER:
            return "…"
        return (await self.world.files.content(file)).decode() + "x" * file.executable

    async def ages(self, revision: int, days: float) -> None:
        """Make what happened up to a revision as many days older."""
        await self.world.database["file_versions"].update_many(
            {"project_id": self.project, "revision": {"$lte": revision}},
            [{"$set": {"created_at": {"$subtract": ["$created_at", int(days * 86_400_000)]}}}],
        )
