"""All that is looked at before a project's files change, in one round trip."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bson import ObjectId

from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import FileRecord, StorageTotals
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.writing.drafts import put_paths
from aura_gql.files.writing.operations import Operation
from aura_gql.projects.records import ProjectRecord
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.records import StoredUsage
from aura_gql.storage.sweeping.documents import CondemnedBlobDocument


@dataclass(frozen=True, slots=True)
class Glance:
    """A project, and not older than it: the files at the paths that operations put, the totals, what its owner stores,
    and whether a blob that the operations may name is on its way out.
    """

    project: ProjectRecord
    files: list[FileRecord]
    totals: StorageTotals
    usage: StoredUsage | None
    has_condemned: bool


async def glance(
    projects: ProjectAccess,
    author: str,
    project_id: ObjectId,
    operations: Sequence[Operation],
    blobs: Collection[BlobKey],
) -> Glance:
    """What there is for clean operations of `author`; ProjectNotFound, ProjectNotReady."""
    beside = [
        ProjectFileDocument.beside(project_id, list(put_paths(operations))),
        ProjectStorageDocument.beside(project_id),
        UserStorageDocument.beside(author),
        CondemnedBlobDocument.beside(list(blobs)),
    ]
    project, found = await projects.require_ready_with(author, project_id, beside)
    return Glance(
        project,
        ProjectFileDocument.from_beside(found),
        ProjectStorageDocument.from_beside(found),
        UserStorageDocument.from_beside(found),
        CondemnedBlobDocument.are_beside(found),
    )
