"""The collections of the sweeper and every query on them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from beanie import Document
from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError
from pymongo.write_concern import WriteConcern

from aura_gql.infra.mongo import MongoDocument
from aura_gql.kernel.clock import utcnow
from aura_gql.storage.ports import BlobInfo, BlobKey
from aura_gql.storage.sweeping.records import CondemnedBlob, Sentence

_DURABLE = WriteConcern("majority")
_TURN = "blobs"


class CondemnedBlobDocument(Document):
    """A blob that nothing names, on its way out; `_id` is its scope and digest.

    What is written here has to outlive a change of MongoDB's primary: everybody goes by it.
    """

    id: str  # type: ignore[assignment]
    scope: str
    sha256: str
    size: int
    modified_at: datetime
    condemned_at: datetime
    why: str
    state: Sentence
    doomed_at: datetime | None = None
    doomed_by: str | None = None

    class Settings:
        """Collection and indexes: those whose time has come, and those that a run dooms or was about to remove."""

        name = "condemned_blobs"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("state", ASCENDING), ("condemned_at", ASCENDING)]),
            IndexModel([("state", ASCENDING), ("doomed_at", ASCENDING)]),
            IndexModel([("doomed_by", ASCENDING)], sparse=True),
        ]

    @classmethod
    async def find_states(cls, keys: Sequence[BlobKey]) -> set[Sentence]:
        """In which states those of the blobs are that are on their way out; one query by id."""
        query = {"_id": {"$in": [_id_of(key) for key in keys]}}
        cursor = cls.get_pymongo_collection().find(query, {"_id": 0, "state": 1})
        return {Sentence(found["state"]) async for found in cursor}

    @classmethod
    def beside(cls, keys: Sequence[BlobKey]) -> MongoDocument:
        """The `$lookup` stage that finds those of the blobs that are on their way out; see `are_beside`."""
        stages = [{"$match": {"_id": {"$in": [_id_of(key) for key in keys]}}}, {"$project": {"_id": 1}}]
        return {"$lookup": {"from": cls.Settings.name, "pipeline": stages, "as": cls.Settings.name}}

    @classmethod
    def are_beside(cls, found: Mapping[str, Any]) -> bool:
        """Whether the stage found any."""
        return bool(found[cls.Settings.name])

    @classmethod
    async def find_keys(cls, keys: Sequence[BlobKey]) -> set[BlobKey]:
        """Those of the blobs that are on their way out."""
        query = {"_id": {"$in": [_id_of(key) for key in keys]}}
        cursor = cls.get_pymongo_collection().find(query, {"_id": 0, "scope": 1, "sha256": 1})
        return {BlobKey(found["scope"], found["sha256"]) async for found in cursor}

    @classmethod
    async def rescue(cls, keys: Sequence[BlobKey]) -> int:
        """Acquit those of the blobs that are condemned and not doomed; how many."""
        query = {"_id": {"$in": [_id_of(key) for key in keys]}, "state": Sentence.CONDEMNED.value}
        return (await cls._durable().delete_many(query)).deleted_count

    @classmethod
    async def condemn(cls, blobs: Sequence[BlobInfo], why: str) -> int:
        """Condemn blobs, at least one; how many were not yet. Those that were keep their time."""
        now = utcnow()
        changes = [
            UpdateOne(
                {"_id": _id_of(blob.key)},
                {
                    "$setOnInsert": {
                        "scope": blob.key.scope,
                        "sha256": blob.key.sha256,
                        "size": blob.size,
                        "modified_at": blob.modified_at,
                        "condemned_at": now,
                        "why": why,
                        "state": Sentence.CONDEMNED.value,
                    }
                },
                upsert=True,
            )
            for blob in blobs
        ]
        return (await cls._durable().bulk_write(changes, ordered=False)).upserted_count

    @classmethod
    async def doom(cls, condemned_before: datetime, run_id: str, limit: int) -> int:
        """Doom up to `limit` blobs that were condemned before then and are not rescued meanwhile; how many."""
        query = {"state": Sentence.CONDEMNED.value, "condemned_at": {"$lt": condemned_before}}
        return await cls._doom(query, "condemned_at", run_id, limit)

    @classmethod
    async def doom_again(cls, doomed_before: datetime, run_id: str, limit: int) -> int:
        """Take over up to `limit` blobs that a run which was cut short left doomed; how many."""
        query = {"state": Sentence.DOOMED.value, "doomed_at": {"$lt": doomed_before}}
        return await cls._doom(query, "doomed_at", run_id, limit)

    @classmethod
    async def find_doomed(cls, run_id: str) -> list[CondemnedBlob]:
        """The blobs that a run has doomed."""
        return [_to_record(found) async for found in cls.get_pymongo_collection().find({"doomed_by": run_id})]

    @classmethod
    async def close(cls, keys: Sequence[BlobKey], run_id: str) -> None:
        """Forget blobs that a run doomed: they are gone, or are named after all."""
        query = {"_id": {"$in": [_id_of(key) for key in keys]}, "doomed_by": run_id}
        await cls._durable().delete_many(query)

    @classmethod
    async def count_waiting(cls) -> int:
        """How many blobs are on their way out, about."""
        return await cls.get_pymongo_collection().estimated_document_count()

    @classmethod
    async def _doom(cls, query: Mapping[str, Any], oldest: str, run_id: str, limit: int) -> int:
        found = cls.get_pymongo_collection().find(query, {"_id": 1}).sort(oldest, ASCENDING).limit(limit)
        ids = [document["_id"] async for document in found]
        change = {"$set": {"state": Sentence.DOOMED.value, "doomed_at": utcnow(), "doomed_by": run_id}}
        # Only those that still are so: others may be rescued, or taken over, since they were found.
        return (await cls._durable().update_many({"_id": {"$in": ids}, **query}, change)).modified_count

    @classmethod
    def _durable(cls) -> AsyncCollection[MongoDocument]:
        return cls.get_pymongo_collection().with_options(write_concern=_DURABLE)


class SweptBlobDocument(Document):
    """The record of a blob that was removed: what it was, since when nothing named it, and when it went.

    `_id` is of its condemnation, so that removing it again under the same one is remembered once.
    """

    id: str  # type: ignore[assignment]
    scope: str
    sha256: str
    size: int
    modified_at: datetime
    condemned_at: datetime
    why: str
    removed_at: datetime
    expires_at: datetime

    class Settings:
        """Collection and indexes: what became of a blob, and the record's own end."""

        name = "swept_blobs"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("scope", ASCENDING), ("sha256", ASCENDING), ("removed_at", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]

    @classmethod
    async def add(cls, blobs: Sequence[CondemnedBlob], kept_s: float) -> None:
        """Remember removals, at least one, each once however often this is repeated."""
        now = utcnow()
        documents = [
            {
                "_id": f"{_id_of(blob.key)}@{blob.condemned_at.timestamp():.3f}",
                "scope": blob.key.scope,
                "sha256": blob.key.sha256,
                "size": blob.size,
                "modified_at": blob.modified_at,
                "condemned_at": blob.condemned_at,
                "why": blob.why,
                "removed_at": now,
                "expires_at": now + timedelta(seconds=kept_s),
            }
            for blob in blobs
        ]
        try:
            await cls.get_pymongo_collection().insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if any(each["code"] != _DUPLICATE for each in error.details["writeErrors"]):
                raise


class SweepTurnDocument(Document):
    """Whose turn it is to sweep, until when, and behind which scope; one document."""

    id: str  # type: ignore[assignment]
    owner: str | None
    lease_until: datetime
    due_at: datetime
    after_scope: str

    class Settings:
        """Where it is."""

        name = "sweep_turns"

    @classmethod
    async def take(cls, owner: str, lease_s: float) -> str | None:
        """Have the turn where one is due and nobody else has it: the scope to go on behind. None where it is not."""
        now = utcnow()
        begun = {"owner": owner, "lease_until": now + timedelta(seconds=lease_s)}
        collection = cls.get_pymongo_collection()
        try:
            first = {"$setOnInsert": {**begun, "due_at": now, "after_scope": ""}}
            result = await collection.update_one({"_id": _TURN}, first, upsert=True)
        except DuplicateKeyError:
            return None
        if result.upserted_id is not None:
            return ""
        query = {"_id": _TURN, "due_at": {"$lte": now}, "lease_until": {"$lte": now}}
        found = await collection.find_one_and_update(query, {"$set": begun}, return_document=ReturnDocument.AFTER)
        return None if found is None else str(found["after_scope"])

    @classmethod
    async def keep(cls, owner: str, lease_s: float, after_scope: str) -> bool:
        """Have it for longer, and note how far the run has come; False where somebody else took it."""
        changes = {"lease_until": utcnow() + timedelta(seconds=lease_s), "after_scope": after_scope}
        return await cls._change(owner, changes)

    @classmethod
    async def end(cls, owner: str, pause_s: float, after_scope: str) -> None:
        """Give it back; the next is due after the pause."""
        now = utcnow()
        changes = {"lease_until": now, "due_at": now + timedelta(seconds=pause_s), "after_scope": after_scope}
        await cls._change(owner, {**changes, "owner": None})

    @classmethod
    async def _change(cls, owner: str, changes: Mapping[str, object]) -> bool:
        result = await cls.get_pymongo_collection().update_one({"_id": _TURN, "owner": owner}, {"$set": changes})
        return result.matched_count == 1


_DUPLICATE = 11000

SWEEPING_DOCUMENTS: Sequence[type[Document]] = (CondemnedBlobDocument, SweptBlobDocument, SweepTurnDocument)


def new_run_id() -> str:
    """A name for a run that no other has."""
    return str(ObjectId())


def _id_of(key: BlobKey) -> str:
    return f"{key.scope}/{key.sha256}"


def _to_record(document: Mapping[str, Any]) -> CondemnedBlob:
    return CondemnedBlob(
        key=BlobKey(document["scope"], document["sha256"]),
        size=document["size"],
        modified_at=document["modified_at"],
        condemned_at=document["condemned_at"],
        why=document["why"],
    )
