"""The `file_batches` collection and every query on it."""

from datetime import datetime
from typing import ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.kernel.clock import utcnow

# An hour longer than the idempotency keys: MongoDB removes what has expired a little late, and in no promised order.
_KEPT_HOURS = 25


class FileBatchDocument(Document):
    """What operations under an idempotency key came to; `_id` is what the key was claimed for. The versions are in the
    history.
    """

    project_id: PydanticObjectId
    revision: int
    changed: list[tuple[str, int]]
    kept: list[tuple[str, int]]
    created_at: datetime

    class Settings:
        """Collection and indexes: a project's batches, and their end."""

        name = "file_batches"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("project_id", ASCENDING)]),
            IndexModel([("created_at", ASCENDING)], expireAfterSeconds=_KEPT_HOURS * 3600),
        ]

    @classmethod
    async def add(cls, operation_id: ObjectId, batch: AppliedBatch, session: AsyncClientSession | None) -> None:
        """Remember what operations came to, inside the transaction that writes it, if one is needed.

        DuplicateKeyError where the same operations were done meanwhile; a transaction is undone by that.
        """
        document = {
            "_id": operation_id,
            "project_id": batch.project_id,
            "revision": batch.revision,
            "changed": [(version.file.path, version.file.version) for version in batch.changed],
            "kept": [(file.path, file.version) for file in batch.kept],
            "created_at": utcnow(),
        }
        await cls.get_pymongo_collection().insert_one(document, session=session)

    @classmethod
    async def find_result(cls, operation_id: ObjectId) -> AppliedBatch | None:
        """What operations came to; None where they have not been done."""
        document = await cls.get_pymongo_collection().find_one({"_id": operation_id})
        if document is None:
            return None
        project_id, changed = document["project_id"], {tuple(version) for version in document["changed"]}
        named = [*changed, *map(tuple, document["kept"])]
        versions = await FileVersionDocument.find_versions(project_id, named) if named else []
        return AppliedBatch(
            project_id,
            document["revision"],
            [version for version in versions if (version.file.path, version.file.version) in changed],
            [version.file for version in versions if (version.file.path, version.file.version) not in changed],
        )

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Forget the batches of a project."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})
