"""The queries that add up what is stored, of one project and of several."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.records import StorageTotals
from aura_gql.files.totals.documents import ProjectStorageDocument


async def sum_totals(project_ids: Sequence[ObjectId], session: AsyncClientSession | None) -> StorageTotals:
    """What the files of the projects come to together, by the totals that are kept of each."""
    cursor = ProjectStorageDocument.get_pymongo_collection().find({"_id": {"$in": list(project_ids)}}, session=session)
    totals = StorageTotals(0, 0)
    async for found in cursor:
        totals += StorageTotals(found["file_count"], found["total_bytes"])
    return totals


async def count_files(project_id: ObjectId, session: AsyncClientSession) -> StorageTotals:
    """What the files of a project come to, kept folders included, counted one by one."""
    stages: list[Mapping[str, Any]] = [
        {"$match": {"project_id": project_id}},
        {"$group": {"_id": None, "files": {"$sum": 1}, "bytes": {"$sum": "$size"}}},
    ]
    async for found in await ProjectFileDocument.get_pymongo_collection().aggregate(stages, session=session):
        return StorageTotals(found["files"], found["bytes"])
    return StorageTotals(0, 0)
