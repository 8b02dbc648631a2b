"""The `preview_urls` collection and every query on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from aura_gql.kernel.clock import utcnow
from aura_gql.previews.records import PreviewRecord


class PreviewUrl(Document):
    """A preview. Of its token there is only the digest: who reads the database can't open previews with it."""

    sandbox_id: PydanticObjectId
    project_id: PydanticObjectId
    user_id: str
    port: int
    token_digest: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    class Settings:
        """Collection and indexes: by token, and a sandbox's and a project's, until they expire."""

        name = "preview_urls"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("token_digest", ASCENDING)], unique=True),
            IndexModel([("sandbox_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("project_id", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]

    @classmethod
    async def add(cls, preview: "PreviewUrl") -> bool:
        """Store a new preview; False where its id is there already."""
        try:
            await preview.insert()
        except DuplicateKeyError:
            return False
        return True

    @classmethod
    async def find_live(cls, token_digest: str) -> PreviewRecord | None:
        """The preview of a token, unless it was revoked or has expired."""
        query = {"token_digest": token_digest, **_live()}
        document = await cls.get_pymongo_collection().find_one(query)
        return None if document is None else to_record(document)

    @classmethod
    async def live_ids(cls, preview_ids: Sequence[ObjectId]) -> set[ObjectId]:
        """Those of the previews that were not revoked, have not expired and are still there."""
        query = {"_id": {"$in": list(preview_ids)}, **_live()}
        return {document["_id"] async for document in cls.get_pymongo_collection().find(query, {"_id": 1})}

    @classmethod
    async def find_owned(cls, user_id: str, preview_ids: Sequence[ObjectId]) -> list[PreviewRecord]:
        """Those of the previews that the user made, in no order."""
        return await cls._find({"_id": {"$in": list(preview_ids)}, "user_id": user_id}, len(preview_ids))

    @classmethod
    async def find_of_sandbox(cls, user_id: str, sandbox_id: ObjectId, limit: int) -> list[PreviewRecord]:
        """Up to `limit` of a user's previews of a sandbox, the newest first."""
        return await cls._find({"sandbox_id": sandbox_id, "user_id": user_id}, limit)

    @classmethod
    async def count_live(cls, sandbox_id: ObjectId) -> int:
        """How many of a sandbox's previews can be used."""
        return await cls.get_pymongo_collection().count_documents({"sandbox_id": sandbox_id, **_live()})

    @classmethod
    async def revoke(cls, user_id: str, preview_id: ObjectId) -> PreviewRecord | None:
        """Note that a user's preview is revoked, unless that was noted before; None where there is none."""
        collection = cls.get_pymongo_collection()
        await collection.update_one(
            {"_id": preview_id, "user_id": user_id, "revoked_at": None}, {"$set": {"revoked_at": utcnow()}}
        )
        return next(iter(await cls.find_owned(user_id, [preview_id])), None)

    @classmethod
    async def take_back(cls, preview_id: ObjectId) -> None:
        """Forget a preview."""
        await cls.get_pymongo_collection().delete_one({"_id": preview_id})

    @classmethod
    async def remove_of_project(cls, project_id: ObjectId) -> list[ObjectId]:
        """Forget the previews of a project; their ids."""
        collection = cls.get_pymongo_collection()
        ids = [document["_id"] async for document in collection.find({"project_id": project_id}, {"_id": 1})]
        await collection.delete_many({"project_id": project_id})
        return ids

    @classmethod
    async def _find(cls, query: Mapping[str, Any], limit: int) -> list[PreviewRecord]:
        if limit == 0:  # Which MongoDB would take for none at all.
            return []
        cursor = cls.get_pymongo_collection().find(query).sort("_id", DESCENDING).limit(limit)
        return [to_record(document) for document in await cursor.to_list()]


def _live() -> Mapping[str, Any]:
    return {"revoked_at": None, "expires_at": {"$gt": utcnow()}}


def to_record(document: Mapping[str, Any]) -> PreviewRecord:
    """A raw document as a record."""
    return PreviewRecord(
        id=document["_id"],
        sandbox_id=document["sandbox_id"],
        project_id=document["project_id"],
        user_id=document["user_id"],
        port=document["port"],
        created_at=document["created_at"],
        expires_at=document["expires_at"],
        revoked_at=document["revoked_at"],
    )
