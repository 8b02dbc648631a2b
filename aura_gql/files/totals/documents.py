"""The `project_storage` collection and every query on it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document
from bson import ObjectId
from pymongo import DESCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.records import StorageTotals, StorageUse
from aura_gql.files.totals.records import StorageSummary
from aura_gql.infra.mongo import MongoDocument


class ProjectStorageDocument(Document):
    """What a project's files and archives come to, kept exactly; `_id` is the project's. `status` is that of the
    archive that changed last, `compression_ratio` and `last_synced_at` are of the one that was finished last.
    """

    file_count: int
    total_bytes: int
    archived_bytes: int = 0
    archive_changes: int = 0
    status: str | None = None
    compression_ratio: float | None = None
    last_synced_at: datetime | None = None

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
    def beside(cls, project_id: ObjectId) -> MongoDocument:
        """The `$lookup` stage that finds what `find_totals` does; see `from_beside`."""
        stages = [{"$match": {"_id": project_id}}]
        return {"$lookup": {"from": cls.Settings.name, "pipeline": stages, "as": cls.Settings.name}}

    @classmethod
    def from_beside(cls, found: Mapping[str, Any]) -> StorageTotals:
        """What the stage found."""
        documents = found[cls.Settings.name]
        return _to_totals(documents[0]) if documents else StorageTotals(0, 0)

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

    @classmethod
    async def find_summaries(cls, project_ids: Sequence[ObjectId]) -> list[StorageSummary]:
        """What the projects that have anything store, in no order."""
        cursor = cls.get_pymongo_collection().find({"_id": {"$in": list(project_ids)}})
        return [_to_summary(document) for document in await cursor.to_list()]

    @classmethod
    async def find_archived(cls, project_id: ObjectId, session: AsyncClientSession) -> int:
        """The bytes of the project's archives."""
        document = await cls.get_pymongo_collection().find_one({"_id": project_id}, session=session)
        return 0 if document is None else int(document.get("archived_bytes", 0))

    @classmethod
    async def note_archive(
        cls,
        project_id: ObjectId,
        status: str,
        session: AsyncClientSession,
        *,
        archived_bytes: int = 0,
        compression_ratio: float | None = None,
        synced_at: datetime | None = None,
    ) -> None:
        """Note the status of an archive, inside the transaction that changes it, and what it comes to once finished."""
        values: dict[str, Any] = {"status": status}
        if synced_at is not None:
            values |= {"compression_ratio": compression_ratio, "last_synced_at": synced_at}
        update = {
            "$set": values,
            # The second so that it always writes: of two transactions on a project's archives one then begins again.
            "$inc": {"archived_bytes": archived_bytes, "archive_changes": 1},
            "$setOnInsert": {"file_count": 0, "total_bytes": 0},
        }
        await cls.get_pymongo_collection().update_one({"_id": project_id}, update, upsert=True, session=session)

    @classmethod
    async def forget_archive(cls, project_id: ObjectId, archived_bytes: int, session: AsyncClientSession) -> None:
        """Count the bytes of an archive no more, inside the transaction that removes it."""
        change = {"$inc": {"archived_bytes": -archived_bytes}}
        await cls.get_pymongo_collection().update_one({"_id": project_id}, change, session=session)


def _to_totals(document: Mapping[str, Any]) -> StorageTotals:
    return StorageTotals(document["file_count"], document["total_bytes"])


def _to_summary(document: Mapping[str, Any]) -> StorageSummary:
    return StorageSummary(
        document["_id"],
        _to_totals(document),
        document.get("archived_bytes", 0),
        document.get("status"),
        document.get("compression_ratio"),
        document.get("last_synced_at"),
    )
