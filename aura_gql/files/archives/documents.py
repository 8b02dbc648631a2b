"""The `project_archives` collection and every query on it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.archives.records import ArchiveFacts, ArchiveOrigin, ArchiveRecord, ArchiveStatus
from aura_gql.infra.mongo import Client, MongoDocument
from aura_gql.kernel.clock import utcnow
from aura_gql.storage.archives.values import ArchiveFormat


class ProjectArchiveDocument(Document):
    """An archive of a project. Its bytes are the blob `sha256` in the scope of the project."""

    project_id: PydanticObjectId
    user_id: str
    format: ArchiveFormat
    origin: ArchiveOrigin
    status: ArchiveStatus
    status_message: str | None
    revision: int | None
    sha256: str | None
    size: int
    file_count: int
    total_bytes: int
    sequence: int
    created_at: datetime
    changed_at: datetime

    class Settings:
        """Collection and indexes: a project's archives, what a user's come to, who names a blob, and the unfinished."""

        name = "project_archives"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("project_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("user_id", ASCENDING), ("size", ASCENDING)]),
            IndexModel([("project_id", ASCENDING), ("sha256", ASCENDING)]),
            IndexModel([("status", ASCENDING), ("_id", ASCENDING)]),
        ]

    @classmethod
    def client(cls) -> Client:
        """The client that transactions on this collection need."""
        return cls.get_pymongo_collection().database.client

    @classmethod
    async def insert_record(cls, record: ArchiveRecord, session: AsyncClientSession) -> None:
        """Add an archive; DuplicateKeyError where there is one under its id."""
        facts = record.facts
        document = {
            "_id": record.id,
            "project_id": record.project_id,
            "user_id": record.user_id,
            "format": record.format.value,
            "origin": record.origin.value,
            "status": record.status.value,
            "status_message": record.status_message,
            "revision": record.revision,
            **_to_stored(facts or ArchiveFacts("", 0, 0, 0)),
            "sequence": record.sequence,
            "created_at": record.created_at,
            "changed_at": record.changed_at,
        }
        await cls.get_pymongo_collection().insert_one(document, session=session)

    @classmethod
    async def find_record(cls, archive_id: ObjectId) -> ArchiveRecord | None:
        """The archive, whoever's it is."""
        document = await cls.get_pymongo_collection().find_one({"_id": archive_id})
        return None if document is None else _to_record(document)

    @classmethod
    async def find_records(cls, archive_ids: Sequence[ObjectId]) -> list[ArchiveRecord]:
        """Those of the archives that there are, in no order."""
        cursor = cls.get_pymongo_collection().find({"_id": {"$in": list(archive_ids)}})
        return [_to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def find_of_projects(cls, project_ids: Sequence[ObjectId]) -> list[ArchiveRecord]:
        """Every archive of the projects, by project, the newest first."""
        cursor = cls.get_pymongo_collection().find({"project_id": {"$in": list(project_ids)}})
        order = [("project_id", ASCENDING), ("_id", DESCENDING)]
        return [_to_record(document) for document in await cursor.sort(order).to_list()]

    @classmethod
    async def count_of(cls, project_id: ObjectId, session: AsyncClientSession | None = None) -> int:
        """How many archives a project has, whatever became of them."""
        return await cls.get_pymongo_collection().count_documents({"project_id": project_id}, session=session)

    @classmethod
    async def find_unfinished(cls) -> list[ObjectId]:
        """The archives that a background job has yet to finish."""
        unfinished = [ArchiveStatus.PENDING.value, ArchiveStatus.UPLOADING.value]
        cursor = cls.get_pymongo_collection().find({"status": {"$in": unfinished}}, {"_id": 1})
        return [document["_id"] async for document in cursor]

    @classmethod
    async def walk_completed(cls) -> AsyncIterator[ArchiveRecord]:
        """Every archive that has bytes, in no order."""
        async for document in cls.get_pymongo_collection().find({"status": ArchiveStatus.COMPLETED.value}):
            yield _to_record(document)

    @classmethod
    async def change(
        cls,
        archive_id: ObjectId,
        status: ArchiveStatus,
        session: AsyncClientSession,
        *,
        message: str | None = None,
        facts: ArchiveFacts | None = None,
    ) -> ArchiveRecord | None:
        """Compare and set: give an archive that is not settled its next status; None where there is none (any more)."""
        unsettled = {"$in": [ArchiveStatus.PENDING.value, ArchiveStatus.UPLOADING.value]}
        values: dict[str, Any] = {"status": status.value, "status_message": message, "changed_at": utcnow()}
        document = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": archive_id, "status": unsettled},
            {"$set": values | (_to_stored(facts) if facts else {}), "$inc": {"sequence": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if document is None else _to_record(document)

    @classmethod
    async def remove(cls, archive_id: ObjectId, session: AsyncClientSession) -> ArchiveRecord | None:
        """Drop an archive; what it was, None where it is not there."""
        document = await cls.get_pymongo_collection().find_one_and_delete({"_id": archive_id}, session=session)
        return None if document is None else _to_record(document)

    @classmethod
    async def sum_of(cls, user_id: str, session: AsyncClientSession | None) -> int:
        """The bytes of all archives that count for a user, by the index alone."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"user_id": user_id}},
            {"$group": {"_id": None, "bytes": {"$sum": "$size"}}},
        ]
        async for found in await cls.get_pymongo_collection().aggregate(stages, session=session):
            return int(found["bytes"])
        return 0

    @classmethod
    async def sum_of_project(cls, project_id: ObjectId, session: AsyncClientSession) -> int:
        """The bytes of all archives of a project."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"project_id": project_id}},
            {"$group": {"_id": None, "bytes": {"$sum": "$size"}}},
        ]
        async for found in await cls.get_pymongo_collection().aggregate(stages, session=session):
            return int(found["bytes"])
        return 0

    @classmethod
    async def find_named(cls, project_id: ObjectId, digests: Sequence[str]) -> set[str]:
        """Those of the digests that an archive of the project has."""
        query = {"project_id": project_id, "sha256": {"$in": list(digests)}}
        cursor = cls.get_pymongo_collection().find(query, {"_id": 0, "sha256": 1})
        return {document["sha256"] async for document in cursor}


def _to_stored(facts: ArchiveFacts) -> MongoDocument:
    return {
        "sha256": facts.sha256 or None,
        "size": facts.size,
        "file_count": facts.file_count,
        "total_bytes": facts.total_bytes,
    }


def _to_record(document: Mapping[str, Any]) -> ArchiveRecord:
    digest = document["sha256"]
    facts = ArchiveFacts(digest, document["size"], document["file_count"], document["total_bytes"]) if digest else None
    return ArchiveRecord(
        id=document["_id"],
        project_id=document["project_id"],
        user_id=document["user_id"],
        format=ArchiveFormat(document["format"]),
        origin=ArchiveOrigin(document["origin"]),
        status=ArchiveStatus(document["status"]),
        status_message=document["status_message"],
        revision=document["revision"],
        facts=facts,
        sequence=document["sequence"],
        created_at=document["created_at"],
        changed_at=document["changed_at"],
    )
