"""The totals that are kept of projects, against their files and archives."""

from collections.abc import AsyncIterator

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.records import StorageTotals
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.usage.documents import count_files
from aura_gql.infra.transaction import in_transaction
from aura_gql.projects.documents import ProjectDocument
from aura_gql.storage.quotas.records import Usage
from aura_gql.storage.verifying.records import Miscount


class ProjectCounters:
    """The `Counters` of projects."""

    async def verify(self, *, repair: bool) -> AsyncIterator[Miscount | None]:
        """As the port promises: each project in a transaction, which sees its files at one moment."""
        async for project_id in ProjectDocument.walk_ids():
            yield await self._verify(project_id, repair=repair)

    async def _verify(self, project_id: ObjectId, *, repair: bool) -> Miscount | None:
        async def work(session: AsyncClientSession) -> tuple[Usage, Usage]:
            if not await ProjectDocument.is_there(project_id, session):
                return Usage(), Usage()  # Its files and totals go one after the other.
            stored, counted = await _stored(project_id, session), await _counted(project_id, session)
            if repair and stored != counted:
                await _correct(project_id, counted + -stored, session)
            return stored, counted

        stored, counted = await in_transaction(ProjectFileDocument.client(), work)
        return None if stored == counted else Miscount(f"project {project_id}", stored.against(counted))


async def _stored(project_id: ObjectId, session: AsyncClientSession) -> Usage:
    totals = await ProjectStorageDocument.find_totals(project_id, session)
    archived = await ProjectStorageDocument.find_archived(project_id, session)
    return Usage(totals.file_count, totals.total_bytes, archived)


async def _counted(project_id: ObjectId, session: AsyncClientSession) -> Usage:
    files = await count_files(project_id, session)
    return Usage(files.file_count, files.total_bytes, await ProjectArchiveDocument.sum_of_project(project_id, session))


async def _correct(project_id: ObjectId, growth: Usage, session: AsyncClientSession) -> None:
    await ProjectStorageDocument.add(project_id, StorageTotals(growth.file_count, growth.file_bytes), session)
    await ProjectStorageDocument.forget_archive(project_id, -growth.archive_bytes, session)
