"""The queries on the manifests of `template_cache` about how long they stay, and which blobs they name."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime

from aura_gql.storage.ports import BlobKey
from aura_gql.storage.sweeping.records import NamedBlob
from aura_gql.templates.contents.documents import TemplateCacheDocument
from aura_gql.templates.records import BLOB_SCOPE

_AT_ONCE = 1_000


async def find_replaced(before: datetime) -> set[str]:
    """Up to a thousand revisions, the oldest, that were replaced before then."""
    cursor = TemplateCacheDocument.get_pymongo_collection().find(
        {"replaced_at": {"$lt": before}}, {"_id": 0, "revision": 1}
    )
    return {found["revision"] async for found in cursor.sort("replaced_at", 1).limit(_AT_ONCE)}


async def drop_replaced(before: datetime, revisions: Collection[str]) -> int:
    """Drop the manifests of these revisions unless they came back since they were found; how many."""
    query = {"replaced_at": {"$lt": before}, "revision": {"$in": list(revisions)}}
    return (await TemplateCacheDocument.get_pymongo_collection().delete_many(query)).deleted_count


async def walk_named() -> AsyncIterator[NamedBlob]:
    """Every blob that a manifest names, as often as manifests do."""
    async for found in TemplateCacheDocument.get_pymongo_collection().find():
        for file in found["files"]:
            what = f"{file['path']} of revision {found['revision']} of template {found['template_id']}"
            yield NamedBlob(BlobKey(BLOB_SCOPE, file["sha256"]), file["size"], what)
