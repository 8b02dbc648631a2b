"""The `lost_blobs` collection and every query on it."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import ClassVar

from beanie import Document
from pymongo import IndexModel

from aura_gql.kernel.clock import utcnow
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.sweeping.records import NamedBlob
from aura_gql.storage.verifying.records import Trouble


class LostBlobDocument(Document):
    """The mark on a blob that is named and was found missing or damaged; `_id` is its scope and digest. What names it
    stays as it is, for whoever has a backup.
    """

    id: str  # type: ignore[assignment]
    scope: str
    sha256: str
    size: int
    named_by: str
    trouble: Trouble
    found_at: datetime

    class Settings:
        """Where it is; asked for by id alone."""

        name = "lost_blobs"
        indexes: ClassVar[list[IndexModel]] = []

    @classmethod
    async def mark(cls, blob: NamedBlob, trouble: Trouble) -> None:
        """Mark a blob; the first time that it was found stays."""
        known = {"scope": blob.key.scope, "sha256": blob.key.sha256, "size": blob.size, "named_by": blob.named_by}
        update = {"$set": {"trouble": trouble.value}, "$setOnInsert": {**known, "found_at": utcnow()}}
        await cls.get_pymongo_collection().update_one({"_id": _id_of(blob.key)}, update, upsert=True)

    @classmethod
    async def unmark(cls, key: BlobKey) -> None:
        """Take the mark off."""
        await cls.get_pymongo_collection().delete_one({"_id": _id_of(key)})

    @classmethod
    async def count_marks(cls) -> int:
        """How many blobs are marked, about."""
        return await cls.get_pymongo_collection().estimated_document_count()

    @classmethod
    async def walk(cls) -> AsyncIterator[tuple[NamedBlob, Trouble]]:
        """Every blob that is marked, and what was found."""
        async for found in cls.get_pymongo_collection().find().sort("_id"):
            key = BlobKey(found["scope"], found["sha256"])
            yield NamedBlob(key, found["size"], found["named_by"]), Trouble(found["trouble"])


def _id_of(key: BlobKey) -> str:
    return f"{key.scope}/{key.sha256}"
