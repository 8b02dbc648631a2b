"""The `file_uploads` collection and every query on it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from aura_gql.files.documents import FileVersionDocument
from aura_gql.files.records import FileRecord
from aura_gql.kernel.clock import utcnow

# An hour longer than the idempotency keys: MongoDB removes what has expired a little late, and in no promised order.
_KEPT_HOURS = 25


class FileUploadDocument(Document):
    """What an upload under an idempotency key came to; `_id` is what the key was claimed for."""

    project_id: PydanticObjectId
    files: list[tuple[str, int]]
    created_at: datetime

    class Settings:
        """Collection and indexes: a project's uploads, and their end."""

        name = "file_uploads"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("project_id", ASCENDING)]),
            IndexModel([("created_at", ASCENDING)], expireAfterSeconds=_KEPT_HOURS * 3600),
        ]

    @classmethod
    async def add(cls, upload_id: ObjectId, records: Sequence[FileRecord], session: AsyncClientSession | None) -> None:
        """Remember the files of an upload, at least one, inside the transaction that saves them, if one is needed."""
        document = {
            "_id": upload_id,
            "project_id": records[0].project_id,
            "files": [(record.path, record.version) for record in records],
            "created_at": utcnow(),
        }
        # Never so inside a transaction: of two that do the same, one meets the versions that the other made.
        with suppress(DuplicateKeyError):
            await cls.get_pymongo_collection().insert_one(document, session=session)

    @classmethod
    async def find_result(cls, upload_id: ObjectId) -> list[FileRecord]:
        """The files as an upload left them, by path; none where it has not been done."""
        document = await cls.get_pymongo_collection().find_one({"_id": upload_id})
        if document is None:
            return []
        return await FileVersionDocument.find_versions(document["project_id"], document["files"])

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Forget the uploads to a project."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})
