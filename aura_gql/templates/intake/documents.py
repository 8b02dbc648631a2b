"""The queries by which templates come into the catalogue.

A new revision comes in with one transaction; what it replaces expires a day later, so that nobody who still reads it is
cut short.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.kernel.clock import utcnow
from aura_gql.templates.contents.documents import TemplateCacheDocument, TemplateDependencyDocument
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.records import TemplateBundle
from aura_gql.templates.stored import StoredState, dependency_fields, manifest_files, template_fields

REPLACED_REVISION_KEPT = timedelta(hours=24)


async def find_states(source: str) -> dict[str, StoredState]:
    """Where each template of a source stands, by slug."""
    cursor = ProjectTemplateDocument.get_pymongo_collection().find(
        {"source": source}, {"_id": 0, "slug": 1, "revision": 1, "is_active": 1}
    )
    return {found["slug"]: StoredState(found["revision"], found["is_active"]) async for found in cursor}


async def take_in(source: str, bundle: TemplateBundle, hashes: Mapping[str, str]) -> None:
    """Make `bundle` the present revision of its template, all at once; DuplicateKeyError where its slug is taken.

    `hashes` names the blob of each path. Two who do this at once take turns.
    """
    async with ProjectTemplateDocument.get_pymongo_collection().database.client.start_session() as session:
        await session.with_transaction(lambda inner: _take_in(source, bundle, hashes, inner))


async def _take_in(source: str, bundle: TemplateBundle, hashes: Mapping[str, str], session: AsyncClientSession) -> None:
    at = utcnow()
    template = await ProjectTemplateDocument.get_pymongo_collection().find_one_and_update(
        {"source": source, "slug": bundle.slug},
        {
            "$set": {**template_fields(source, bundle), "updated_at": at},
            "$setOnInsert": {"popularity": 0, "created_at": at},
        },
        projection={"_id": 1},
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    if template is None:
        raise RuntimeError("MongoDB gave nothing back for an upsert.")
    template_id: ObjectId = template["_id"]
    present = {"template_id": template_id, "revision": bundle.revision}
    replaced = {"template_id": template_id, "revision": {"$ne": bundle.revision}, "expires_at": None}
    expiry = {"$set": {"expires_at": at + REPLACED_REVISION_KEPT}}
    manifests = TemplateCacheDocument.get_pymongo_collection()
    await manifests.update_one(
        present,
        {"$set": {"files": manifest_files(bundle, hashes), "expires_at": None}},
        upsert=True,
        session=session,
    )
    await manifests.update_many(replaced, expiry, session=session)
    packages = TemplateDependencyDocument.get_pymongo_collection()
    await packages.delete_many(present, session=session)
    if dependencies := dependency_fields(template_id, bundle):
        await packages.insert_many(dependencies, session=session)
    await packages.update_many(replaced, expiry, session=session)


async def deactivate_others(source: str, slugs: Sequence[str]) -> None:
    """Take those templates of a source that are not in `slugs` out of the lists."""
    await ProjectTemplateDocument.get_pymongo_collection().update_many(
        {"source": source, "slug": {"$nin": list(slugs)}, "is_active": True},
        {"$set": {"is_active": False, "updated_at": utcnow()}},
    )
