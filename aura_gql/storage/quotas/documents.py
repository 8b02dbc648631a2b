"""The `user_storage` collection and every query on it."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pydantic import BaseModel
from pymongo import IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.mongo import MongoDocument
from aura_gql.kernel.clock import utcnow
from aura_gql.storage.quotas.records import Reservation, StoredUsage, Usage


class ReservationModel(BaseModel):
    """A reservation as stored."""

    id: PydanticObjectId
    project_id: PydanticObjectId
    size: int
    expires_at: datetime


class UserStorageDocument(Document):
    """What a user's files and archives come to; `_id` is the user's.

    Reservations that have lapsed count for nothing wherever the document is read, and go with the next that is added:
    nobody has to be alive for that.
    """

    id: str  # type: ignore[assignment]
    file_count: int
    file_bytes: int
    archive_bytes: int
    reservations: list[ReservationModel] = []
    changes: int = 0

    class Settings:
        """Where it is; asked for by id alone."""

        name = "user_storage"
        indexes: ClassVar[list[IndexModel]] = []

    @classmethod
    async def find_usage(cls, user_id: str, session: AsyncClientSession | None = None) -> StoredUsage | None:
        """A user's usage; None where it was never counted."""
        found = await cls.get_pymongo_collection().find_one({"_id": user_id}, session=session)
        return None if found is None else _to_usage(found)

    @classmethod
    def beside(cls, user_id: str) -> MongoDocument:
        """The `$lookup` stage that finds what `find_usage` does; see `from_beside`."""
        stages = [{"$match": {"_id": user_id}}]
        return {"$lookup": {"from": cls.Settings.name, "pipeline": stages, "as": cls.Settings.name}}

    @classmethod
    def from_beside(cls, found: Mapping[str, Any]) -> StoredUsage | None:
        """What the stage found."""
        documents = found[cls.Settings.name]
        return _to_usage(documents[0]) if documents else None

    @classmethod
    async def insert_usage(cls, user_id: str, usage: Usage, session: AsyncClientSession | None) -> None:
        """Begin with what was counted; DuplicateKeyError where somebody did so first."""
        document = {"_id": user_id, **_to_stored(usage), "reservations": [], "changes": 1}
        await cls.get_pymongo_collection().insert_one(document, session=session)

    @classmethod
    async def add(
        cls, user_id: str, growth: Usage, session: AsyncClientSession, *, releasing: Collection[ObjectId] = ()
    ) -> StoredUsage | None:
        """Count a growth, and end the reservations `releasing` with it; the usage then, None where there is none."""
        update: dict[str, Any] = {"$inc": {**_to_stored(growth), "changes": 1}}
        if releasing:
            update["$pull"] = {"reservations": {"id": {"$in": list(releasing)}}}
        found = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": user_id}, update, return_document=ReturnDocument.AFTER, session=session
        )
        return None if found is None else _to_usage(found)

    @classmethod
    async def reserve(cls, user_id: str, wanted: Reservation, max_bytes: int, max_open: int) -> bool:
        """Set bytes aside, in one step with looking whether there are as many; False where not, or there is no usage
        yet. A reservation under the id of one that is open takes its place.
        """
        others: dict[str, object] = {"$and": [_is_open(), {"$ne": ["$$this.id", wanted.id]}]}
        kept = {"$filter": {"input": "$reservations", "cond": others}}
        used = {"$add": ["$file_bytes", "$archive_bytes", {"$sum": {"$map": {"input": kept, "in": "$$this.size"}}}]}
        fits = {"$lte": [{"$add": [used, wanted.size]}, max_bytes]}
        few = {"$lt": [{"$size": kept}, max_open]}
        stored = {
            "id": wanted.id,
            "project_id": wanted.project_id,
            "size": wanted.size,
            "expires_at": wanted.expires_at,
        }
        result = await cls.get_pymongo_collection().update_one(
            {"_id": user_id, "$expr": {"$and": [fits, few]}},
            [{"$set": {"reservations": {"$concatArrays": [kept, [stored]]}}}],
        )
        return result.matched_count == 1

    @classmethod
    async def release(cls, user_id: str, reservation_id: ObjectId) -> None:
        """End a reservation; nothing where it has ended."""
        await cls.get_pymongo_collection().update_one(
            {"_id": user_id}, {"$pull": {"reservations": {"id": reservation_id}}}
        )

    @classmethod
    async def release_project(cls, user_id: str, project_id: ObjectId) -> None:
        """End the reservations of a project."""
        await cls.get_pymongo_collection().update_one(
            {"_id": user_id}, {"$pull": {"reservations": {"project_id": project_id}}}
        )

    @classmethod
    async def correct(cls, user_id: str, usage: Usage, changes: int) -> bool:
        """Store what was counted, unless anything was counted since the usage had `changes`: False then."""
        result = await cls.get_pymongo_collection().update_one(
            {"_id": user_id, "changes": changes}, {"$set": _to_stored(usage), "$inc": {"changes": 1}}
        )
        return result.matched_count == 1

    @classmethod
    async def walk(cls) -> AsyncIterator[tuple[str, StoredUsage]]:
        """Every user with his usage, by user."""
        async for found in cls.get_pymongo_collection().find().sort("_id"):
            yield found["_id"], _to_usage(found)


def _is_open() -> dict[str, object]:
    return {"$gt": ["$$this.expires_at", utcnow()]}


def _to_stored(usage: Usage) -> MongoDocument:
    return {
        "file_count": usage.file_count,
        "file_bytes": usage.file_bytes,
        "archive_bytes": usage.archive_bytes,
    }


def _to_usage(document: Mapping[str, Any]) -> StoredUsage:
    now = utcnow()
    reservations = (
        Reservation(stored["id"], stored["project_id"], stored["size"], stored["expires_at"])
        for stored in document["reservations"]
        if stored["expires_at"] > now
    )
    usage = Usage(document["file_count"], document["file_bytes"], document["archive_bytes"])
    return StoredUsage(usage, tuple(reservations), document["changes"])
