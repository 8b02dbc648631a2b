"""The totals that are kept of projects, against their files."""

from collections.abc import AsyncIterator

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.records import StorageTotals
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.transaction import in_transaction
from aura_gql.files.usage.documents import count_files
from aura_gql.projects.documents import ProjectDocument
from aura_gql.storage.verifying.records import Miscount

_NOTHING = StorageTotals(0, 0)


class ProjectCounters:
    """The `Counters` of projects."""

    async def verify(self, *, repair: bool) -> AsyncIterator[Miscount | None]:
        """As the port promises: each project in a transaction, which sees its files at one moment."""
        async for project_id in ProjectDocument.walk_ids():
            yield await self._verify(project_id, repair=repair)

    async def _verify(self, project_id: ObjectId, *, repair: bool) -> Miscount | None:
        async def work(session: AsyncClientSession) -> tuple[StorageTotals, StorageTotals]:
            if not await ProjectDocument.is_there(project_id, session):
                return _NOTHING, _NOTHING  # Its files and totals go one after the other.
            stored = await ProjectStorageDocument.find_totals(project_id, session)
            counted = await count_files(project_id, session)
            if repair and stored != counted:
                await ProjectStorageDocument.add(project_id, counted - stored, session)
            return stored, counted

        stored, counted = await in_transaction(ProjectFileDocument.client(), work)
        if stored == counted:
            return None
        detail = (
            f"stored are {stored.file_count:,} files of {stored.total_bytes:,} bytes, and there are"
            f" {counted.file_count:,} of {counted.total_bytes:,}"
        )
        return Miscount(f"project {project_id}", detail)
