"""Batched reads of project files."""

import asyncio

from bson import ObjectId
from strawberry.dataloader import DataLoader

from aura_gql.files.records import FileRecord
from aura_gql.graph.context import Context


def project_trees(context: Context) -> DataLoader[ObjectId, list[FileRecord]]:
    """The files of projects that the caller has been shown to own, by path."""

    async def fetch(project_ids: list[ObjectId]) -> list[list[FileRecord]]:
        found = await context.services.files.tree(project_ids)
        return [found.get(id, []) for id in project_ids]

    return context.loaders.get(project_trees, fetch)


def project_folders(context: Context) -> DataLoader[ObjectId, list[FileRecord]]:
    """The kept folders of projects that the caller has been shown to own, by path."""

    async def fetch(project_ids: list[ObjectId]) -> list[list[FileRecord]]:
        found = await context.services.files.folders(project_ids)
        return [found.get(id, []) for id in project_ids]

    return context.loaders.get(project_folders, fetch)


def project_files(context: Context) -> DataLoader[tuple[ObjectId, str], FileRecord | None]:
    """Single files by project and path; None where there is none."""

    async def fetch(keys: list[tuple[ObjectId, str]]) -> list[FileRecord | None]:
        found = await context.services.files.find_many(keys)
        return [found.get(key) for key in keys]

    return context.loaders.get(project_files, fetch)


def file_content(context: Context) -> DataLoader[FileRecord, bytes]:
    """The bytes of files; read side by side."""

    async def fetch(records: list[FileRecord]) -> list[bytes | BaseException]:
        reads = (context.services.files.content(record) for record in records)
        return await asyncio.gather(*reads, return_exceptions=True)

    return context.loaders.get(file_content, fetch)
