"""The infrastructure's collections and every query on them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from beanie import Document
from bson import ObjectId
from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from aura_gql.infra.records import ClaimedKey, JobLease, JobState
from aura_gql.kernel.clock import utcnow

_KEPT_HOURS = 24
_ENDED_JOBS_KEPT_DAYS = 7


class IdempotencyKeyDocument(Document):
    """A claimed idempotency key; its id is the digest of user, operation and key."""

    id: str  # type: ignore[assignment]
    user_id: str
    operation: str
    request_sha256: str
    resource_id: ObjectId
    created_at: datetime

    class Settings:
        """Where it is."""

        name = "idempotency_keys"
        indexes = [IndexModel([("created_at", 1)], name="created_at_ttl", expireAfterSeconds=_KEPT_HOURS * 3600)]

    model_config = {"arbitrary_types_allowed": True}

    @classmethod
    async def claim(cls, claim_id: str, user_id: str, operation: str, request_sha256: str) -> ClaimedKey:
        """What the key was first claimed for: this request, unless another came before."""
        fields = {
            "user_id": user_id,
            "operation": operation,
            "request_sha256": request_sha256,
            "resource_id": ObjectId(),
            "created_at": utcnow(),
        }
        found = await _upsert(cls, claim_id, {"$setOnInsert": fields})
        return ClaimedKey(found["resource_id"], found["request_sha256"])


class JobDocument(Document):
    """A piece of background work; its id is `kind:key`, so that one exists for each."""

    id: str  # type: ignore[assignment]
    kind: str
    key: str
    state: JobState
    again: bool
    attempts: int
    fence: int
    run_at: datetime
    owner: str | None = None
    lease_until: datetime | None = None
    error: str | None = None
    finished_at: datetime | None = None

    class Settings:
        """Where it is."""

        name = "jobs"
        indexes = [
            IndexModel([("state", 1), ("run_at", 1)], name="state_run_at"),
            IndexModel([("state", 1), ("lease_until", 1)], name="state_lease_until"),
            IndexModel([("state", 1), ("kind", 1)], name="state_kind"),
            IndexModel(
                [("finished_at", 1)], name="finished_at_ttl", expireAfterSeconds=_ENDED_JOBS_KEPT_DAYS * 24 * 3600
            ),
        ]

    @classmethod
    async def enqueue(cls, kind: str, key: str) -> str:
        """Queue the job, or have it run once more if it runs just now; its id."""
        waits_or_runs = {"$in": ["$state", [JobState.QUEUED, JobState.RUNNING]]}

        def unless_live(name: str, value: object) -> dict[str, object]:
            return {"$cond": [waits_or_runs, f"${name}", value]}

        fields = {
            "kind": {"$literal": kind},
            "key": {"$literal": key},
            "state": unless_live("state", JobState.QUEUED),
            "again": {"$eq": ["$state", JobState.RUNNING]},
            "attempts": unless_live("attempts", 0),
            "fence": {"$ifNull": ["$fence", 0]},
            "run_at": unless_live("run_at", utcnow()),
            "finished_at": None,
        }
        job_id = _job_id(kind, key)
        await _upsert(cls, job_id, [{"$set": fields}])
        return job_id

    @classmethod
    async def is_known(cls, kind: str, key: str) -> bool:
        """Whether the job is there, in whatever state."""
        return await cls.get_pymongo_collection().find_one({"_id": _job_id(kind, key)}, {"_id": 1}) is not None

    @classmethod
    async def claim(cls, job_id: str, owner: str, lease: timedelta) -> JobLease | None:
        """The right to run a job that is due or whose runner let its lease lapse; None where there is nothing to do.

        Safe to repeat under an `owner` that is new for each claim: a try whose answer was lost is known again.
        """
        now = utcnow()
        found = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": job_id, "$or": [*_due(now), {"state": JobState.RUNNING, "owner": owner}]},
            {
                "$set": {"state": JobState.RUNNING, "owner": owner, "lease_until": now + lease, "again": False},
                "$inc": {"attempts": 1, "fence": 1},
            },
            projection={"kind": 1, "key": 1, "fence": 1, "attempts": 1},
            return_document=ReturnDocument.AFTER,
        )
        if found is None:
            return None
        return JobLease(found["_id"], found["kind"], found["key"], found["fence"], found["attempts"])

    @classmethod
    async def due_ids(cls, kinds: Sequence[str], limit: int) -> list[str]:
        """The ids of jobs of these kinds that somebody should run now."""
        query = {"$or": _due(utcnow()), "kind": {"$in": kinds}}
        cursor = cls.get_pymongo_collection().find(query, {"_id": 1}).limit(limit)
        return [found["_id"] async for found in cursor]

    @classmethod
    async def count_by_state(cls) -> dict[tuple[str, str], int]:
        """How many jobs wait, run or have failed, by kind and state."""
        states = [JobState.QUEUED, JobState.RUNNING, JobState.FAILED]
        stages: list[Mapping[str, Any]] = [
            {"$match": {"state": {"$in": states}}},
            {"$group": {"_id": {"state": "$state", "kind": "$kind"}, "count": {"$sum": 1}}},
        ]
        cursor = await cls.get_pymongo_collection().aggregate(stages, hint="state_kind")
        return {(found["_id"]["kind"], found["_id"]["state"]): found["count"] async for found in cursor}

    @classmethod
    async def renew(cls, lease: JobLease, duration: timedelta) -> bool:
        """Whether the lease still held, and holds for `duration` from now."""
        return await _under_lease(cls, lease, {"$set": {"lease_until": utcnow() + duration}})

    @classmethod
    async def end(cls, lease: JobLease, state: JobState, error: str | None = None) -> JobState | None:
        """Close the job as `state`, or queue it anew if that was asked for meanwhile: which. None for a lost lease."""
        fields = {
            "state": {"$cond": ["$again", JobState.QUEUED, state]},
            "attempts": {"$cond": ["$again", 0, "$attempts"]},
            "finished_at": {"$cond": ["$again", None, utcnow()]},
            "run_at": utcnow(),
            "error": {"$literal": error},
            "lease_until": None,
            "owner": None,
        }
        found = await cls.get_pymongo_collection().find_one_and_update(
            _held(lease), [{"$set": fields}], projection={"state": 1}, return_document=ReturnDocument.AFTER
        )
        return JobState(found["state"]) if found else None

    @classmethod
    async def retry(cls, lease: JobLease, run_at: datetime, error: str) -> bool:
        """Queue the job for another attempt; whether the lease held."""
        fields = {"state": JobState.QUEUED, "run_at": run_at, "error": error, "lease_until": None, "owner": None}
        return await _under_lease(cls, lease, {"$set": fields})

    @classmethod
    async def give_back(cls, lease: JobLease) -> bool:
        """Queue the job for anyone, as if it had not been claimed; whether the lease held."""
        fields = {"state": JobState.QUEUED, "run_at": utcnow(), "lease_until": None, "owner": None}
        return await _under_lease(cls, lease, {"$set": fields, "$inc": {"attempts": -1}})

    @classmethod
    async def free_all(cls) -> int:
        """Queue every running job at once: for a start that knows that all their runners are dead. How many."""
        result = await cls.get_pymongo_collection().update_many(
            {"state": JobState.RUNNING},
            {"$set": {"state": JobState.QUEUED, "run_at": utcnow(), "lease_until": None, "owner": None}},
        )
        return result.modified_count


def _job_id(kind: str, key: str) -> str:
    return f"{kind}:{key}"


def _due(now: datetime) -> list[dict[str, object]]:
    return [
        {"state": JobState.QUEUED, "run_at": {"$lte": now}},
        {"state": JobState.RUNNING, "lease_until": {"$lt": now}},
    ]


def _held(lease: JobLease) -> dict[str, object]:
    return {"_id": lease.id, "fence": lease.fence, "state": JobState.RUNNING}


async def _under_lease(document: type[JobDocument], lease: JobLease, update: Mapping[str, Any]) -> bool:
    result = await document.get_pymongo_collection().update_one(_held(lease), update)
    return result.matched_count == 1


async def _upsert(
    document: type[Document], document_id: str, update: Mapping[str, Any] | list[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The document after the update. MongoDB may refuse one of two upserts at once; the document is there then."""
    options: dict[str, Any] = {"upsert": True, "return_document": ReturnDocument.AFTER}
    collection = document.get_pymongo_collection()
    try:
        found = await collection.find_one_and_update({"_id": document_id}, update, **options)
    except DuplicateKeyError:
        found = await collection.find_one_and_update({"_id": document_id}, update, **options)
    return cast(Mapping[str, Any], found)
