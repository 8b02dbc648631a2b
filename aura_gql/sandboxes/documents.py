"""The `sandbox_sessions` collection and every query on it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import (
    ENDED_STATUSES,
    LIVE_STATUSES,
    TEMPORARY_KEPT_S,
    USABLE_STATUSES,
    SandboxFilter,
    SandboxRecord,
    SandboxStatus,
    SavedFiles,
    states_before,
)
from aura_gql.sandboxes.stored import to_record, to_stored_save, to_stored_sync
from aura_gql.sandboxes.syncing.records import SyncedState
from aura_gql.sandboxes.values import SandboxSize

LIVE = {"$in": sorted(status.value for status in LIVE_STATUSES)}
_USABLE = [status.value for status in USABLE_STATUSES]
_HIDDEN = {"lease_until": 0, "change_id": 0, "admitted": 0, "admission_id": 0, "wishes": 0}
_NOT_DELETED = {"deleted_at": None}
_TEMPORARY = {"temporary": True}
# An hour longer than the idempotency keys, which may name a sandbox that was deleted.
_DELETED_KEPT_S = 25 * 3600
_WISHES_KEPT = 50


class SandboxSession(Document):
    """One sandbox. `owner` names the server process that holds the machine, and `lease_until` how long it vouches.

    `change_id` names the latest change of its status. It is `admitted` once it was found to be within the
    quota; `admission_id` tells it from another under its id that was stored before or after it. `wishes` names the
    latest restarts and extensions, so that one that is asked for twice under one key is done once. `fallback` are the
    providers that may still be tried.
    """

    user_id: str
    project_id: PydanticObjectId
    provider: SandboxProviderName
    wanted_provider: SandboxProviderName | None = None
    fallback: list[SandboxProviderName] = Field(default_factory=list)
    detour: str | None = None
    size: SandboxSize = SandboxSize.SMALL
    language: str | None = None
    provider_sandbox_id: str | None = None
    status: SandboxStatus
    status_reason: str | None = None
    admitted: bool = False
    admission_id: PydanticObjectId = Field(default_factory=PydanticObjectId)
    event_sequence: int
    change_id: PydanticObjectId | None = None
    synced_revision: int = 0
    owner: str
    lease_until: datetime
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    last_activity_at: datetime
    stopped_at: datetime | None = None
    expires_at: datetime
    idle_timeout_s: float | None = None
    temporary: bool = False
    resource_limits: dict[str, Any] | None = None
    saved_files: dict[str, Any] | None = None
    sync_conflicts: list[dict[str, Any]] = Field(default_factory=list)
    sync_conflict_count: int = 0
    wishes: list[PydanticObjectId] = Field(default_factory=list)
    deleted_at: datetime | None = None

    class Settings:
        """Collection and indexes: a user's and a project's sandboxes by time, the live ones of each server, and the
        end of deleted and of temporary ones.
        """

        name = "sandbox_sessions"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("user_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("user_id", ASCENDING), ("project_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("user_id", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("project_id", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("status", ASCENDING), ("owner", ASCENDING)]),
            IndexModel([("provider", ASCENDING), ("status", ASCENDING)]),
            IndexModel([("deleted_at", ASCENDING)], expireAfterSeconds=_DELETED_KEPT_S),
            IndexModel(
                [("stopped_at", ASCENDING)], expireAfterSeconds=TEMPORARY_KEPT_S, partialFilterExpression=_TEMPORARY
            ),
        ]

    @classmethod
    async def add(cls, session: "SandboxSession") -> bool:
        """Store a new session; False where its id is there already."""
        try:
            await session.insert()
        except DuplicateKeyError:
            return False
        return True

    @classmethod
    async def find_record(cls, sandbox_id: ObjectId) -> SandboxRecord | None:
        """The sandbox, whoever owns it."""
        document = await cls.get_pymongo_collection().find_one({"_id": sandbox_id}, _HIDDEN)
        return None if document is None else to_record(document)

    @classmethod
    async def find_owned(cls, user_id: str, sandbox_ids: Sequence[ObjectId]) -> list[SandboxRecord]:
        """Those of the sandboxes that the user owns and has not deleted, in no order."""
        return await cls._find({"_id": {"$in": list(sandbox_ids)}, "user_id": user_id} | _NOT_DELETED)

    @classmethod
    async def find_page(
        cls, user_id: str, wanted: SandboxFilter, after: ObjectId | None, limit: int
    ) -> list[SandboxRecord]:
        """Up to `limit` of a user's sandboxes, newest first, behind `after`."""
        query = _page_query(user_id, wanted)
        if after is not None:
            query["_id"] = {"$lt": after}
        cursor = cls.get_pymongo_collection().find(query, _HIDDEN).sort("_id", DESCENDING).limit(limit)
        return [to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def count_matching(cls, user_id: str, wanted: SandboxFilter) -> int:
        """How many of a user's sandboxes match."""
        return await cls.get_pymongo_collection().count_documents(_page_query(user_id, wanted))

    @classmethod
    async def find_live(cls, project_ids: Sequence[ObjectId]) -> list[SandboxRecord]:
        """The live sandboxes of some projects, oldest first, those that are deleted and about to end included."""
        query = {"project_id": {"$in": list(project_ids)}, "status": LIVE}
        return sorted(await cls._find(query), key=lambda record: (record.created_at, record.id))

    @classmethod
    async def find_live_of_owner(cls, owner: str) -> list[SandboxRecord]:
        """The live sandboxes that a server process holds."""
        return await cls._find({"status": LIVE, "owner": owner})

    @classmethod
    async def find_abandoned(cls, owner: str, now: datetime, *, exclusive: bool) -> list[SandboxRecord]:
        """The live sandboxes of other servers whose lease has run out; of all others where this one is `exclusive`."""
        query: dict[str, Any] = {"status": LIVE, "owner": {"$ne": owner}}
        if not exclusive:
            query["lease_until"] = {"$lt": now}
        return await cls._find(query)

    @classmethod
    async def live_ids(cls, provider: SandboxProviderName) -> list[ObjectId]:
        """The ids of every live sandbox of a provider, whichever server holds it."""
        cursor = cls.get_pymongo_collection().find({"status": LIVE, "provider": provider.value}, {"_id": 1})
        return [document["_id"] async for document in cursor]

    @classmethod
    async def count_live_by_status(cls) -> dict[tuple[str, str], int]:
        """How many live sandboxes there are, by provider and status."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"status": LIVE}},
            {"$group": {"_id": {"provider": "$provider", "status": "$status"}, "count": {"$sum": 1}}},
        ]
        cursor = await cls.get_pymongo_collection().aggregate(stages)
        return {(found["_id"]["provider"], found["_id"]["status"]): found["count"] async for found in cursor}

    @classmethod
    async def advance(
        cls,
        sandbox_id: ObjectId,
        status: SandboxStatus,
        reason: str | None,
        *,
        change_id: ObjectId,
        values: Mapping[str, Any] | None = None,
        only_from: Iterable[SandboxStatus] | None = None,
        idle_since: datetime | None = None,
        wish_id: ObjectId | None = None,
    ) -> SandboxRecord | None:
        """Compare and set: enter `status` from a state that allows it, else None.

        `only_from` narrows the states, and `idle_since` asks that nothing used the sandbox from then on. Safe to repeat
        with the same `change_id`: what an earlier try did whose answer was lost is this one's, too. `wish_id` is
        remembered, and was not before.
        """
        allowed = states_before(status) if only_from is None else list(only_from)
        match: dict[str, Any] = {"_id": sandbox_id, "status": {"$in": [before.value for before in allowed]}}
        if idle_since is not None:
            match["last_activity_at"] = {"$lt": idle_since}
        now = utcnow()
        changes = {"status": status.value, "status_reason": reason, "change_id": change_id, "updated_at": now}
        changes |= values or {}
        if status in ENDED_STATUSES:
            changes["stopped_at"] = now
        record = await cls.change(match, changes, wish_id)
        if record is None:
            earlier = {"_id": sandbox_id, "change_id": change_id}
            document = await cls.get_pymongo_collection().find_one(earlier, _HIDDEN)
            return None if document is None else to_record(document)
        return record

    @classmethod
    async def extend(cls, record: SandboxRecord, until: datetime, wish_id: ObjectId) -> SandboxRecord | None:
        """Compare and set: move the end of a sandbox that `record` shows; None where it is elsewhere by now, the
        sandbox ends, or the wish was granted before.
        """
        match = {"_id": record.id, "status": {"$in": _USABLE}, "expires_at": record.expires_at}
        return await cls.change(match, {"expires_at": until, "updated_at": utcnow()}, wish_id)

    @classmethod
    async def has_granted(cls, sandbox_id: ObjectId, wish_id: ObjectId) -> bool:
        """Whether a restart or an extension under that id has been done."""
        return await cls.get_pymongo_collection().find_one({"_id": sandbox_id, "wishes": wish_id}) is not None

    @classmethod
    async def mark_deleted(cls, user_id: str, sandbox_id: ObjectId) -> bool:
        """Have the user not see the sandbox any more; False where that is so already."""
        match = {"_id": sandbox_id, "user_id": user_id} | _NOT_DELETED
        changed = await cls.get_pymongo_collection().update_one(match, {"$set": {"deleted_at": utcnow()}})
        return changed.matched_count == 1

    @classmethod
    async def touch(cls, sandbox_ids: Sequence[ObjectId]) -> None:
        """Note that somebody uses the sandboxes now."""
        match = {"_id": {"$in": list(sandbox_ids)}}
        await cls.get_pymongo_collection().update_many(match, {"$set": {"last_activity_at": utcnow()}})

    @classmethod
    async def set_synced(cls, sandbox_id: ObjectId, synced: SyncedState) -> None:
        """Note what the sandbox's disk got of its project."""
        await cls.get_pymongo_collection().update_one({"_id": sandbox_id}, to_stored_sync(synced))

    @classmethod
    async def set_saved_files(cls, sandbox_id: ObjectId, saved: SavedFiles) -> None:
        """Note what became of the files that code changed."""
        values = {"saved_files": to_stored_save(saved)}
        await cls.get_pymongo_collection().update_one({"_id": sandbox_id}, {"$set": values})

    @classmethod
    async def renew_leases(cls, owner: str, until: datetime) -> None:
        """Vouch for everything that a server holds."""
        match = {"status": LIVE, "owner": owner}
        await cls.get_pymongo_collection().update_many(match, {"$set": {"lease_until": until}})

    @classmethod
    async def remove_of_project(cls, project_id: ObjectId) -> None:
        """Forget every sandbox of a project."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})

    @classmethod
    async def change(
        cls, match: Mapping[str, Any], values: Mapping[str, Any], wish_id: ObjectId | None = None
    ) -> SandboxRecord | None:
        """Compare and set, counted as an event of the sandbox; None where nothing matches."""
        update: dict[str, Any] = {"$set": values, "$inc": {"event_sequence": 1}}
        if wish_id is not None:
            match = {**match, "wishes": {"$ne": wish_id}}
            update["$push"] = {"wishes": {"$each": [wish_id], "$slice": -_WISHES_KEPT}}
        document = await cls.get_pymongo_collection().find_one_and_update(
            match, update, projection=_HIDDEN, return_document=ReturnDocument.AFTER
        )
        return None if document is None else to_record(document)

    @classmethod
    async def _find(cls, query: Mapping[str, Any]) -> list[SandboxRecord]:
        documents = await cls.get_pymongo_collection().find(query, _HIDDEN).to_list()
        return [to_record(document) for document in documents]


def _page_query(user_id: str, wanted: SandboxFilter) -> dict[str, Any]:
    query: dict[str, Any] = {"user_id": user_id} | _NOT_DELETED
    if wanted.project_id is not None:
        query["project_id"] = wanted.project_id
    if wanted.statuses:
        query["status"] = {"$in": [status.value for status in wanted.statuses]}
    return query
