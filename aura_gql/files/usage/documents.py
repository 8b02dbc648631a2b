"""The queries that add the totals of several projects up."""

from collections.abc import Sequence

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.records import StorageTotals
from aura_gql.files.totals.documents import ProjectStorageDocument


async def sum_totals(project_ids: Sequence[ObjectId], session: AsyncClientSession | None) -> StorageTotals:
    """What the files of the projects come to together, by the totals that are kept of each."""
    cursor = ProjectStorageDocument.get_pymongo_collection().find({"_id": {"$in": list(project_ids)}}, session=session)
    totals = StorageTotals(0, 0)
    async for found in cursor:
        totals += StorageTotals(found["file_count"], found["total_bytes"])
    return totals
