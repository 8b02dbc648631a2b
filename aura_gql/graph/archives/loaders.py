"""Batched reads of archives and of what projects store."""

from bson import ObjectId
from strawberry.dataloader import DataLoader

from aura_gql.files.archives.records import ArchiveRecord
from aura_gql.files.totals.records import ProjectStorageRecord
from aura_gql.graph.context import Context


def project_archives(context: Context) -> DataLoader[ObjectId, list[ArchiveRecord]]:
    """The archives of projects that the caller has been shown to see, the newest first."""

    async def fetch(project_ids: list[ObjectId]) -> list[list[ArchiveRecord]]:
        found = await context.services.archives.of_projects(project_ids)
        return [found[id] for id in project_ids]

    return context.loaders.get(project_archives, fetch)


def project_storages(context: Context) -> DataLoader[ObjectId, ProjectStorageRecord]:
    """What projects store that the caller has been shown to see."""

    async def fetch(project_ids: list[ObjectId]) -> list[ProjectStorageRecord]:
        found = await context.services.archives.storages(project_ids)
        return [found[id] for id in project_ids]

    return context.loaders.get(project_storages, fetch)
