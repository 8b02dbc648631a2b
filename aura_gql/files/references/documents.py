"""The queries that find by which files and versions blobs are named."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from beanie import Document
from bson import ObjectId
from pymongo import ASCENDING

from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.sweeping.records import NamedBlob

_FIELDS = {"_id": 0, "scope": 1, "sha256": 1, "size": 1, "path": 1, "version": 1}


async def find_named(project_id: ObjectId, scope: str, digests: Sequence[str]) -> set[str]:
    """Those of the digests that a file of the project has, or had in a version that is kept, in this scope."""
    query = {"project_id": project_id, "sha256": {"$in": list(digests)}, "scope": scope}
    return await _distinct(FileVersionDocument, query) | await _distinct(ProjectFileDocument, query)


async def walk_named(project_id: ObjectId) -> AsyncIterator[NamedBlob]:
    """Every blob that files of the project or their kept versions name, nearly each once."""
    present: dict[BlobKey, Mapping[str, Any]] = {}
    query = {"project_id": project_id, "sha256": {"$ne": ""}}
    async for found in ProjectFileDocument.get_pymongo_collection().find(query, _FIELDS):
        present[_key_of(found)] = found
    last: BlobKey | None = None
    versions = FileVersionDocument.get_pymongo_collection().find(query, _FIELDS)
    async for found in versions.sort([("project_id", ASCENDING), ("sha256", ASCENDING)]):
        if (key := _key_of(found)) != last:
            last = key
            yield _named_by(project_id, present.pop(key, found))
    for found in present.values():
        yield _named_by(project_id, found)


async def _distinct(document: type[Document], query: Mapping[str, Any]) -> set[str]:
    stages: list[Mapping[str, Any]] = [{"$match": query}, {"$group": {"_id": "$sha256"}}]
    cursor = await document.get_pymongo_collection().aggregate(stages)
    return {found["_id"] async for found in cursor}


def _key_of(document: Mapping[str, Any]) -> BlobKey:
    return BlobKey(document["scope"], document["sha256"])


def _named_by(project_id: ObjectId, document: Mapping[str, Any]) -> NamedBlob:
    what = f"version {document['version']} of {document['path']} in project {project_id}"
    return NamedBlob(_key_of(document), document["size"], what)
