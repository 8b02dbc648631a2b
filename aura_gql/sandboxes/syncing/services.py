"""What pushes and pulls work with."""

from dataclasses import dataclass

from bson import ObjectId

from aura_gql.files.records import FileRecord
from aura_gql.files.service import FileService
from aura_gql.sandboxes.syncing.bases import Bases
from aura_gql.sandboxes.syncing.contents import ProjectContents
from aura_gql.sandboxes.syncing.mergers import Merger


@dataclass(frozen=True, slots=True)
class SyncParts:
    """The project's side of a sync."""

    files: FileService
    contents: ProjectContents
    bases: Bases
    merger: Merger

    @classmethod
    def of(cls, files: FileService) -> "SyncParts":
        """The parts over a server's files."""
        return cls(files, ProjectContents(files), Bases(files), Merger(files))

    async def entries(self, project_id: ObjectId) -> list[FileRecord]:
        """A project's files and kept folders as they are now."""
        return await self.files.changed_since(project_id, 0)
