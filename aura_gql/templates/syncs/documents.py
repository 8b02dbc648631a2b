"""The collections of syncs and of the sources that they look at, and every query on them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document
from bson import ObjectId
from pymongo import DESCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from aura_gql.kernel.clock import utcnow
from aura_gql.templates.syncs.records import SourceState, SyncStatus, SyncTrigger, TemplateSyncRecord
from aura_gql.templates.syncs.stored import to_record

_KEPT_S = 30 * 24 * 3600


class TemplateSyncDocument(Document):
    """A sync. `is_open` is there, and true, until it has ended; `lease_until` where it runs outside the job queue.

    `run_id` is of the run that began last: one of before it changes nothing any more.
    """

    status: SyncStatus
    sequence: int
    step: str | None
    trigger: SyncTrigger
    is_forced: bool
    commit: str | None
    downloaded_bytes: int
    read_templates: int
    counts: dict[str, int]
    added: list[str]
    changed: list[str]
    removed: list[str]
    skipped: list[dict[str, str]]
    error: dict[str, str] | None
    retry_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    is_open: bool | None = None
    lease_until: datetime | None = None
    run_id: str | None = None

    class Settings:
        """Collection and indexes: one sync at a time is open; those that ended are kept for 30 days."""

        name = "template_syncs"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel("is_open", unique=True, partialFilterExpression={"is_open": True}),
            IndexModel("ended_at", expireAfterSeconds=_KEPT_S),
        ]

    @classmethod
    async def insert_open(
        cls, trigger: SyncTrigger, *, is_forced: bool, lease_until: datetime | None = None
    ) -> Mapping[str, Any] | None:
        """A new sync, as it is stored; None where one is open already."""
        document = {
            "_id": ObjectId(),
            "status": SyncStatus.QUEUED.value,
            "sequence": 1,
            "step": None,
            "trigger": trigger.value,
            "is_forced": is_forced,
            "commit": None,
            "downloaded_bytes": 0,
            "read_templates": 0,
            "counts": {},
            "added": [],
            "changed": [],
            "removed": [],
            "skipped": [],
            "error": None,
            "retry_at": None,
            "created_at": utcnow(),
            "started_at": None,
            "ended_at": None,
            "is_open": True,
            "lease_until": lease_until,
        }
        try:
            await cls.get_pymongo_collection().insert_one(document)
        except DuplicateKeyError:
            return None
        return document

    @classmethod
    async def find_open(cls) -> TemplateSyncRecord | None:
        """The sync that has not ended."""
        return _found(await cls.get_pymongo_collection().find_one({"is_open": True}))

    @classmethod
    async def find_records(cls, sync_ids: Sequence[ObjectId]) -> list[TemplateSyncRecord]:
        """Those of the syncs that there are, in no order."""
        cursor = cls.get_pymongo_collection().find({"_id": {"$in": list(sync_ids)}})
        return [to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def find_latest(cls) -> TemplateSyncRecord | None:
        """The sync that was asked for last."""
        cursor = cls.get_pymongo_collection().find().sort("_id", DESCENDING).limit(1)
        found = await cursor.to_list()
        return to_record(found[0]) if found else None

    @classmethod
    async def change(
        cls, sync_id: ObjectId, fields: Mapping[str, Any], run_id: str | None = None
    ) -> Mapping[str, Any] | None:
        """Set fields of a sync that has not ended; as it is stored then, None where it has ended, or where another than
        the run of this id has begun.
        """
        return await cls._change(_open(sync_id, run_id), {"$set": dict(fields), "$inc": {"sequence": 1}})

    @classmethod
    async def hold(cls, sync_id: ObjectId, run_id: str | None, session: AsyncClientSession) -> bool:
        """Whether the sync is open, and that run's, and stays so until the transaction has ended: it is written to."""
        collection, change = cls.get_pymongo_collection(), {"$inc": {"sequence": 1}}
        return (await collection.update_one(_open(sync_id, run_id), change, session=session)).matched_count == 1

    @classmethod
    async def end(
        cls, sync_id: ObjectId, status: SyncStatus, fields: Mapping[str, Any], run_id: str | None = None
    ) -> Mapping[str, Any] | None:
        """End a sync, once; as it is stored then, None as for `change`."""
        return await cls._change(_open(sync_id, run_id), _ending(status, fields))

    @classmethod
    async def end_lapsed(cls, status: SyncStatus, fields: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """End the open sync if its lease has lapsed; as it is stored then."""
        return await cls._change({"is_open": True, "lease_until": {"$lt": utcnow()}}, _ending(status, fields))

    @classmethod
    async def renew(cls, sync_id: ObjectId, lease_until: datetime) -> None:
        """Hold a sync that runs outside the job queue for longer."""
        await cls.get_pymongo_collection().update_one(
            {"_id": sync_id, "is_open": True}, {"$set": {"lease_until": lease_until}}
        )

    @classmethod
    async def _change(cls, query: Mapping[str, Any], update: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return await cls.get_pymongo_collection().find_one_and_update(
            query, update, return_document=ReturnDocument.AFTER
        )


class TemplateSourceDocument(Document):
    """What is known of a source; its id is the source's word."""

    id: str  # type: ignore[assignment]
    commit: str | None = None
    etag: str | None = None
    reader: str | None = None
    tried_at: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None

    class Settings:
        """Where it is."""

        name = "template_sources"

    @classmethod
    async def find_state(cls, source: str) -> SourceState:
        """What is known of a source; nothing of one that was never tried."""
        found = await cls.get_pymongo_collection().find_one({"_id": source}, {"_id": 0})
        return SourceState(**found) if found else SourceState()

    @classmethod
    async def save_success(
        cls,
        source: str,
        commit: str | None,
        etag: str | None,
        reader: str,
        session: AsyncClientSession | None = None,
    ) -> None:
        """The catalogue is now what the source had at a commit; None where that is not known."""
        known = {"commit": commit, "etag": etag, "reader": reader}
        fields = {**known, "tried_at": utcnow(), "failures": 0, "retry_at": None}
        await cls.get_pymongo_collection().update_one({"_id": source}, {"$set": fields}, upsert=True, session=session)

    @classmethod
    async def save_failure(cls, source: str, retry_at: datetime | None) -> None:
        """It was tried in vain; `retry_at` is until when its host does not want to be asked."""
        fields = {"tried_at": utcnow(), "retry_at": retry_at}
        await cls.get_pymongo_collection().update_one(
            {"_id": source}, {"$set": fields, "$inc": {"failures": 1}}, upsert=True
        )

    @classmethod
    async def forget(cls, source: str) -> None:
        """Have the next sync of a source, if it is known, fetch all of it."""
        unknown = {"commit": None, "etag": None}
        await cls.get_pymongo_collection().update_one({"_id": source}, {"$set": unknown})


SYNC_DOCUMENTS: Sequence[type[Document]] = (TemplateSyncDocument, TemplateSourceDocument)


def _open(sync_id: ObjectId, run_id: str | None) -> Mapping[str, Any]:
    query = {"_id": sync_id, "is_open": True}
    return query if run_id is None else {**query, "run_id": run_id}


def _ending(status: SyncStatus, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "$set": {**fields, "status": status.value, "step": None, "ended_at": utcnow(), "lease_until": None},
        "$unset": {"is_open": True},
        "$inc": {"sequence": 1},
    }


def _found(document: Mapping[str, Any] | None) -> TemplateSyncRecord | None:
    return None if document is None else to_record(document)
