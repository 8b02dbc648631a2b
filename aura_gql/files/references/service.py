"""Which blobs the files of projects name."""

from collections.abc import AsyncIterator, Sequence

from bson import ObjectId

from aura_gql.files.references.documents import find_named, walk_named
from aura_gql.projects.documents import ProjectDocument
from aura_gql.storage.sweeping.records import NamedBlob

_PARENT = "projects"


class FileReferences:
    """The `BlobReferences` of the files. A project that is gone names nothing, nor can it ever again."""

    parents: Sequence[str] = (_PARENT,)

    async def named(self, scope: str, digests: Sequence[str]) -> set[str]:
        """As the port promises."""
        parent, _, project_id = scope.partition("/")
        if parent != _PARENT:
            return set()
        if not ObjectId.is_valid(project_id):
            return set(digests)  # Not by us, so it is not ours to say.
        return await find_named(ObjectId(project_id), scope, digests)

    async def walk(self) -> AsyncIterator[NamedBlob]:
        """As the port promises, a project at a time."""
        async for project_id in ProjectDocument.walk_ids():
            async for blob in walk_named(project_id):
                yield blob
