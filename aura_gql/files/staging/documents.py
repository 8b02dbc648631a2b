"""The `upload_tickets` collection and every query on it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel

from aura_gql.files.staging.records import Ticket, UploadPurpose
from aura_gql.kernel.clock import utcnow


class UploadTicketDocument(Document):
    """A ticket; `used_at` tells when its bytes became something, and that they are gone."""

    user_id: str
    project_id: PydanticObjectId
    purpose: UploadPurpose
    size: int
    sha256: str
    content_type: str
    expires_at: datetime
    kept_until: datetime
    used_at: datetime | None = None

    class Settings:
        """Collection and indexes: a project's tickets, and their end."""

        name = "upload_tickets"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("project_id", ASCENDING)]),
            IndexModel([("kept_until", ASCENDING)], expireAfterSeconds=0),
        ]

    @classmethod
    async def add(cls, ticket: Ticket) -> None:
        """Remember a new ticket."""
        document = asdict(ticket)
        document["_id"] = document.pop("id")
        await cls.get_pymongo_collection().insert_one(document | {"purpose": ticket.purpose.value, "used_at": None})

    @classmethod
    async def find_open(cls, ticket_id: ObjectId) -> Ticket | None:
        """The ticket, unless it was used or its bytes are no longer kept."""
        document = await cls.get_pymongo_collection().find_one({"_id": ticket_id, **_open()})
        return None if document is None else _to_ticket(document)

    @classmethod
    async def open_ids(cls, ticket_ids: Sequence[ObjectId]) -> set[ObjectId]:
        """Those of the tickets that are open."""
        cursor = cls.get_pymongo_collection().find({"_id": {"$in": list(ticket_ids)}, **_open()}, {"_id": 1})
        return {document["_id"] async for document in cursor}

    @classmethod
    async def use(cls, ticket_id: ObjectId) -> str | None:
        """Note that a ticket's bytes became something; whose it is, None where there is no such ticket."""
        document = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": ticket_id}, {"$set": {"used_at": utcnow()}}, {"user_id": 1}
        )
        return None if document is None else str(document["user_id"])

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> list[ObjectId]:
        """Forget the tickets of a project; their ids."""
        collection = cls.get_pymongo_collection()
        ids = [document["_id"] async for document in collection.find({"project_id": project_id}, {"_id": 1})]
        await collection.delete_many({"project_id": project_id})
        return ids


def _open() -> Mapping[str, Any]:
    return {"used_at": None, "kept_until": {"$gt": utcnow()}}


def _to_ticket(document: Mapping[str, Any]) -> Ticket:
    return Ticket(
        id=document["_id"],
        user_id=document["user_id"],
        project_id=document["project_id"],
        purpose=UploadPurpose(document["purpose"]),
        size=document["size"],
        sha256=document["sha256"],
        content_type=document["content_type"],
        expires_at=document["expires_at"],
        kept_until=document["kept_until"],
    )
