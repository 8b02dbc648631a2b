"""Which blobs archives name, for the sweeper."""

from collections.abc import AsyncIterator, Sequence

from bson import ObjectId

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.files.versions import scope_of
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.sweeping.records import NamedBlob

_PARENT = "projects"


class ArchiveReferences:
    """The `BlobReferences` of the archives. Their blobs lie among those of their projects' files."""

    parents: Sequence[str] = (_PARENT,)

    async def named(self, scope: str, digests: Sequence[str]) -> set[str]:
        """As the port promises."""
        parent, _, project_id = scope.partition("/")
        if parent != _PARENT or not ObjectId.is_valid(project_id):
            return set()  # The files' room says what it thinks of such a scope.
        return await ProjectArchiveDocument.find_named(ObjectId(project_id), digests)

    async def walk(self) -> AsyncIterator[NamedBlob]:
        """As the port promises, in one query."""
        async for record in ProjectArchiveDocument.walk_completed():
            if record.facts is not None:
                key = BlobKey(scope_of(record.project_id), record.facts.sha256)
                yield NamedBlob(key, record.facts.size, f"archive {record.id} of project {record.project_id}")
