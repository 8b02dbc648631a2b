"""The queries on what templates hold: how long manifests stay and count as fresh, and which blobs they name."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime

from bson import ObjectId

from aura_gql.storage.ports import BlobKey
from aura_gql.storage.sweeping.records import NamedBlob
from aura_gql.templates.cache.records import PresentRevision, StoredManifest
from aura_gql.templates.contents.documents import TemplateCacheDocument
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.listing.ordering import SORTS
from aura_gql.templates.records import BLOB_SCOPE, TemplateManifest, TemplateOrder
from aura_gql.templates.stored import to_file_record

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


async def find_present(template_ids: Collection[ObjectId]) -> dict[ObjectId, PresentRevision]:
    """Which revision each of the templates is at; an unknown one has no entry."""
    cursor = ProjectTemplateDocument.get_pymongo_collection().find(
        {"_id": {"$in": list(template_ids)}}, {"revision": 1, "cache_stamp": 1, "is_active": 1}
    )
    return {
        found["_id"]: PresentRevision(found["revision"], found.get("cache_stamp", 0), found["is_active"])
        async for found in cursor
    }


async def find_manifests(revisions: Collection[tuple[ObjectId, str]]) -> list[StoredManifest]:
    """The manifests of those of the revisions that are there, at least one asked for, in no order."""
    query = {"$or": [{"template_id": template_id, "revision": revision} for template_id, revision in revisions]}
    return [
        StoredManifest(
            TemplateManifest(
                found["template_id"],
                found["revision"],
                tuple(map(to_file_record, found["files"])),
                found.get("start_command"),
            ),
            found.get("fresh_until"),
        )
        async for found in TemplateCacheDocument.get_pymongo_collection().find(query)
    ]


async def find_popular(limit: int) -> list[ObjectId]:
    """The active templates that most projects were made from."""
    cursor = ProjectTemplateDocument.get_pymongo_collection().find({"is_active": True}, {"_id": 1})
    return [found["_id"] for found in await cursor.sort(SORTS[TemplateOrder.POPULAR]).limit(limit).to_list()]


async def find_stale(now: datetime) -> bool:
    """Whether any template's present manifest is no longer fresh."""
    query = {"fresh_until": {"$lt": now}, "replaced_at": None}
    return await TemplateCacheDocument.get_pymongo_collection().find_one(query, {"_id": 1}) is not None


async def renew(source: str, fresh_until: datetime) -> None:
    """Have what the templates of a source hold now count as fresh until then."""
    templates = ProjectTemplateDocument.get_pymongo_collection().find({"source": source}, {"_id": 1})
    ids = [found["_id"] async for found in templates]
    await TemplateCacheDocument.get_pymongo_collection().update_many(
        {"template_id": {"$in": ids}, "replaced_at": None}, {"$set": {"fresh_until": fresh_until}}
    )


async def invalidate(template_id: ObjectId, now: datetime) -> str | None:
    """Have nobody go by what he remembers of a template, and its files be looked at again by the next who brings it;
    its source, None where there is no such template.
    """
    found = await ProjectTemplateDocument.get_pymongo_collection().find_one_and_update(
        {"_id": template_id}, {"$inc": {"cache_stamp": 1}, "$set": {"is_suspect": True}}, projection={"source": 1}
    )
    if found is None:
        return None
    await TemplateCacheDocument.get_pymongo_collection().update_many(
        {"template_id": template_id, "replaced_at": None, "fresh_until": {"$ne": None}}, {"$set": {"fresh_until": now}}
    )
    return str(found["source"])


async def find_suspects(source: str) -> dict[str, int]:
    """The active templates of a source whose files are to be looked at again: by their slug there, their stamps."""
    cursor = ProjectTemplateDocument.get_pymongo_collection().find(
        {"source": source, "is_active": True, "is_suspect": True}, {"_id": 0, "source_slug": 1, "cache_stamp": 1}
    )
    return {found["source_slug"]: found["cache_stamp"] async for found in cursor}


async def acquit(source: str, suspects: Mapping[str, int]) -> None:
    """The files of these were looked at; one that became suspect again meanwhile stays it."""
    templates = ProjectTemplateDocument.get_pymongo_collection()
    for slug, stamp in suspects.items():
        query = {"source": source, "source_slug": slug, "cache_stamp": stamp}
        await templates.update_one(query, {"$unset": {"is_suspect": ""}})
