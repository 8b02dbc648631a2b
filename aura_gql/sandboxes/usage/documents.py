"""The `sandbox_usage_analytics` collection and every query on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.usage.records import MachineUse
from aura_gql.sandboxes.values import SandboxSize

_OPEN = {"open": True}


class SandboxUsageAnalytics(Document):
    """One machine, from before its provider was asked for it. `owner` names the server process that asked.

    While it is `open`, `seen_at` moves on; what it came to is written once, when it is closed. Nothing removes it: it
    was paid for, whatever becomes of its sandbox and its project, and it holds nothing of either but their ids.
    """

    user_id: str
    project_id: PydanticObjectId
    sandbox_id: PydanticObjectId
    temporary: bool
    provider: SandboxProviderName
    size: SandboxSize
    language: str | None = None
    owner: str
    microcents_per_s: int
    opened_at: datetime
    started_at: datetime | None = None
    seen_at: datetime
    ended_at: datetime | None = None
    seconds: int = 0
    cost_microcents: int = 0
    open: bool = True

    class Settings:
        """Collection and indexes: the machines of a sandbox, and the open ones of a provider."""

        name = "sandbox_usage_analytics"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("sandbox_id", ASCENDING)]),
            IndexModel([("provider", ASCENDING), ("opened_at", ASCENDING)], partialFilterExpression=_OPEN),
        ]

    @classmethod
    async def add(cls, row: "SandboxUsageAnalytics") -> None:
        """Open a row. Safe to repeat."""
        try:
            await row.insert()
        except DuplicateKeyError:
            return

    @classmethod
    async def mark_started(cls, use_id: ObjectId, at: datetime) -> None:
        """Note that the machine is there. Safe to repeat: the first time counts."""
        match = {"_id": use_id, "started_at": None} | _OPEN
        values = {"started_at": at, "seen_at": at}
        await cls.get_pymongo_collection().update_one(match, {"$set": values})

    @classmethod
    async def mark_seen(cls, use_ids: Sequence[ObjectId], at: datetime) -> None:
        """Note that the machines run."""
        match = {"_id": {"$in": list(use_ids)}} | _OPEN
        await cls.get_pymongo_collection().update_many(match, {"$max": {"seen_at": at}})

    @classmethod
    async def find_use(cls, use_id: ObjectId) -> MachineUse | None:
        """An open row; None where it is closed, or not there."""
        found = await cls.get_pymongo_collection().find_one({"_id": use_id} | _OPEN)
        return None if found is None else _to_use(found)

    @classmethod
    async def find_left(cls, provider: SandboxProviderName, live: Sequence[ObjectId]) -> list[MachineUse]:
        """The open rows of a provider whose sandboxes are none of the live ones, the newest first."""
        query = {"provider": provider.value, "sandbox_id": {"$nin": list(live)}} | _OPEN
        cursor = cls.get_pymongo_collection().find(query).sort("opened_at", -1)
        return [_to_use(found) async for found in cursor]

    @classmethod
    async def close(cls, use: MachineUse, at: datetime) -> bool:
        """Compare and set: write what an open row that stands as `use` says came to; False where it does not."""
        match = {"_id": use.id, "started_at": use.started_at} | _OPEN
        seconds = use.seconds_until(at)
        ended = {"open": False, "ended_at": at, "seconds": seconds, "cost_microcents": use.cost_of(seconds)}
        changed = await cls.get_pymongo_collection().update_one(match, {"$set": ended, "$max": {"seen_at": at}})
        return changed.modified_count == 1

    @classmethod
    async def rows_of(cls, user_id: str, sandbox_ids: Sequence[ObjectId]) -> list[Mapping[str, Any]]:
        """What each of a user's sandboxes came to: `_id`, `seconds` and `cost_microcents`."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"sandbox_id": {"$in": list(sandbox_ids)}, "user_id": user_id}},
            {"$set": {"seconds": {"$cond": ["$open", _SECONDS_SO_FAR, "$seconds"]}}},
            {"$set": {"cost_microcents": {"$cond": ["$open", _COST_SO_FAR, "$cost_microcents"]}}},
            {
                "$group": {
                    "_id": "$sandbox_id",
                    "seconds": {"$sum": "$seconds"},
                    "cost_microcents": {"$sum": "$cost_microcents"},
                }
            },
        ]
        return await (await cls.get_pymongo_collection().aggregate(stages)).to_list()


_BEGUN_SO_FAR = {"$ceil": {"$divide": [{"$subtract": ["$seen_at", "$started_at"]}, 1000]}}
_SECONDS_SO_FAR = {"$cond": ["$started_at", {"$toLong": {"$max": [1, _BEGUN_SO_FAR]}}, 0]}
_COST_SO_FAR = {"$multiply": ["$seconds", "$microcents_per_s"]}


def _to_use(found: Mapping[str, Any]) -> MachineUse:
    return MachineUse(
        id=found["_id"],
        sandbox_id=found["sandbox_id"],
        provider=SandboxProviderName(found["provider"]),
        microcents_per_s=found["microcents_per_s"],
        opened_at=found["opened_at"],
        started_at=found["started_at"],
        seen_at=found["seen_at"],
    )
