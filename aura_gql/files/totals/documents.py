"""The `project_storage` collection and every query on it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from beanie import Document
from bson import ObjectId
from pymongo import DESCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.records import StorageTotals, StorageUse


class ProjectStorageDocument(Document):
    """What a project's files come to, kept exactly; `_id` is the project's."""

    file_count: int
    total_bytes: int

    class Settings:
        """Collection and index: a project's totals by its id, and the largest first."""

        name = "project_storage"
        indexes: ClassVar[list[IndexModel]] = [IndexModel([("total_bytes", DESCENDING)])]

    @classmethod
    async def find_totals(cls, project_id: ObjectId, session: AsyncClientSession | None = None) -> StorageTotals:
        """What the project's files come to; zeros where it has none yet."""
        document = await cls.get_pymongo_collection().find_one({"_id": project_id}, session=session)
        return StorageTotals(0, 0) if document is None else _to_totals(document)

    @classmethod
    async def find_use(cls, nearly_full_bytes: int) -> StorageUse:
        """What all projects come to, read from the index alone."""
        sizes: list[Mapping[str, Any]] = [
            {"$match": {"total_bytes": {"$gte": 0}}},
            {
                "$group": {
                    "_id": None,
                    "projects": {"$sum": 1},
                    "bytes": {"$sum": "$total_bytes"},
                    "largest": {"$max": "$total_bytes"},
                    "nearly_full": {"$sum": {"$cond": [{"$gte": ["$total_bytes", nearly_full_bytes]}, 1, 0]}},
                }
            },
        ]
        async for found in await cls.get_pymongo_collection().aggregate(sizes):
            return StorageUse(found["projects"], found["bytes"], found["largest"], found["nearly_full"])
        return StorageUse(0, 0, 0, 0)

    @classmethod
    async def add(cls, project_id: ObjectId, growth: StorageTotals, session: AsyncClientSession) -> StorageTotals:
        """Count a growth, inside the transaction that changes the files; what they come to then."""
        document = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": project_id},
            {"$inc": asdict(growth)},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return growth if document is None else _to_totals(document)

    @classmethod
    async def remove_project(cls, project_id: ObjectId, session: AsyncClientSession) -> StorageTotals:
        """Drop the totals of a project; what they were, zeros where they are gone."""
        document = await cls.get_pymongo_collection().find_one_and_delete({"_id": project_id}, session=session)
        return StorageTotals(0, 0) if document is None else _to_totals(document)


def _to_totals(document: Mapping[str, Any]) -> StorageTotals:
    return StorageTotals(document["file_count"], document["total_bytes"])
