"""The `file_history_floors` collection, and the queries by which history ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from beanie import Document
from bson import ObjectId
from pymongo import ASCENDING

from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.records import VersionKind
from aura_gql.kernel.clock import utcnow


class HistoryFloorDocument(Document):
    """The oldest revision of a project that is kept whole; `_id` is the project's. It is raised before anything goes:
    who reads it behind what he asked for knows whether that was complete.
    """

    oldest_revision: int
    raised_at: datetime

    class Settings:
        """The collection; it is only asked by project."""

        name = "file_history_floors"

    @classmethod
    async def find_oldest(cls, project_id: ObjectId) -> int:
        """The oldest revision that is kept; 1 where nothing was trimmed yet."""
        document = await cls.get_pymongo_collection().find_one({"_id": project_id})
        return 1 if document is None else int(document["oldest_revision"])

    @classmethod
    async def raise_to(cls, project_id: ObjectId, revision: int) -> None:
        """Keep nothing older any more; it never goes down."""
        await cls.get_pymongo_collection().update_one(
            {"_id": project_id},
            {"$max": {"oldest_revision": revision}, "$set": {"raised_at": utcnow()}},
            upsert=True,
        )

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Forget the floor of a project."""
        await cls.get_pymongo_collection().delete_one({"_id": project_id})


class TrimQueries:
    """What `file_versions` is asked to find what may go, and to drop it."""

    @classmethod
    async def next_project(cls, after: ObjectId | None) -> ObjectId | None:
        """The project with history whose id follows; None behind the last."""
        query = {} if after is None else {"project_id": {"$gt": after}}
        found = await FileVersionDocument.get_pymongo_collection().find_one(
            query, {"_id": 0, "project_id": 1}, sort=[("project_id", ASCENDING), ("revision", ASCENDING)]
        )
        return None if found is None else found["project_id"]

    @classmethod
    async def first_from(cls, project_id: ObjectId, revision: int) -> tuple[int, datetime] | None:
        """The oldest revision from this one on that changed something, and when it did."""
        found = await FileVersionDocument.get_pymongo_collection().find_one(
            {"project_id": project_id, "revision": {"$gte": revision}},
            {"_id": 0, "revision": 1, "created_at": 1},
            sort=[("revision", ASCENDING)],
        )
        return None if found is None else (found["revision"], found["created_at"])

    @classmethod
    async def find_superseded(cls, project_id: ObjectId, floor: int, limit: int) -> dict[str, int]:
        """Up to `limit` paths with more than one version up to the revision `floor`, and the last of these."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"project_id": project_id, "revision": {"$lte": floor}}},
            {"$group": {"_id": "$path", "last": {"$max": "$version"}, "count": {"$sum": 1}}},
            {"$match": {"count": {"$gt": 1}}},
            {"$limit": limit},
        ]
        cursor = await FileVersionDocument.get_pymongo_collection().aggregate(stages, hint="project_id_1_revision_1")
        return {found["_id"]: found["last"] async for found in cursor}

    @classmethod
    async def remove_before(cls, project_id: ObjectId, last_versions: Mapping[str, int]) -> int:
        """Drop the versions of each path before this one; how many they were. At least one path."""
        either: Sequence[Mapping[str, Any]] = [
            {"project_id": project_id, "path": path, "version": {"$lt": version}}
            for path, version in last_versions.items()
        ]
        found = await FileVersionDocument.get_pymongo_collection().delete_many({"$or": either})
        return found.deleted_count

    @classmethod
    async def remove_deletions(cls, project_id: ObjectId, floor: int) -> int:
        """Drop the deletions up to the revision `floor`, before which their paths have no versions any more."""
        found = await FileVersionDocument.get_pymongo_collection().delete_many(
            {"project_id": project_id, "revision": {"$lte": floor}, "kind": VersionKind.DELETED}
        )
        return found.deleted_count
