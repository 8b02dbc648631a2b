"""The queries by which templates come into the catalogue.

What a new revision replaces stays for a day, so that nobody who still reads it is cut short; see `ManifestRetention`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import DeleteMany, InsertOne, UpdateMany, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.mongo import MongoDocument
from aura_gql.infra.transaction import in_transaction
from aura_gql.kernel.clock import utcnow
from aura_gql.templates.cache.retention import REPLACED_KEPT
from aura_gql.templates.contents.documents import TemplateCacheDocument, TemplateDependencyDocument
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.intake.planning import Found, IntakePlan, plan_intake
from aura_gql.templates.intake.records import IntakeOutcome, KeptBundle, StoredState
from aura_gql.templates.listing.ranking import found_by_slug
from aura_gql.templates.stored import dependency_fields

Seal = Callable[[AsyncClientSession], Awaitable[None]]
"""Goes into the transaction that changes the catalogue, first and perhaps several times; undoes it where it raises."""

_Write = InsertOne[MongoDocument] | UpdateOne | UpdateMany | DeleteMany


async def take_in(source: str, found: Found, *, force: bool, seal: Seal | None = None) -> IntakeOutcome:
    """Make the catalogue what a source has, all of it in one transaction; CataloguePoisoned as `plan_intake` says,
    and whatever `seal` raises.

    Two who do this at once take turns; DuplicateKeyError where another came in between with a slug that was free.
    """

    async def work(session: AsyncClientSession) -> IntakeOutcome:
        if seal is not None:
            await seal(session)
        states = await _find_states(source, session)
        plan = plan_intake(found, states, await _find_slugs(session), force=force)
        await _write(source, plan, session)
        return plan.outcome

    return await in_transaction(ProjectTemplateDocument.get_pymongo_collection().database.client, work)


async def find_blobs(source: str) -> set[str]:
    """The digests of all files of the active templates of a source; of none where one lacks its manifest."""
    templates = ProjectTemplateDocument.get_pymongo_collection().find(
        {"source": source, "is_active": True}, {"revision": 1}
    )
    revisions = {one["_id"]: one["revision"] async for one in templates}
    manifests = TemplateCacheDocument.get_pymongo_collection().find(
        {"template_id": {"$in": list(revisions)}}, {"template_id": 1, "revision": 1, "files.sha256": 1}
    )
    present = [one async for one in manifests if one["revision"] == revisions[one["template_id"]]]
    if len(present) < len(revisions):
        return set()
    return {file["sha256"] for manifest in present for file in manifest["files"]}


async def _find_states(source: str, session: AsyncClientSession) -> list[StoredState]:
    fields = ("slug", "source_slug", "stackblitz_path", "revision", "commit", "is_active", "listing_version")
    cursor = ProjectTemplateDocument.get_pymongo_collection().find(
        {"source": source}, dict.fromkeys(fields, 1), session=session
    )
    return [
        StoredState(
            id=one["_id"],
            slug=one["slug"],
            # Those of before there were other sources had just one.
            source_slug=one.get("source_slug") or one["slug"],
            stackblitz_path=one["stackblitz_path"],
            revision=one["revision"],
            commit=one.get("commit"),
            is_active=one["is_active"],
            listing_version=one.get("listing_version", 0),
        )
        async for one in cursor
    ]


async def _find_slugs(session: AsyncClientSession) -> set[str]:
    """The slugs of all templates, whatever their source, read from their index alone."""
    cursor = ProjectTemplateDocument.get_pymongo_collection().find(
        {"slug": {"$gte": ""}}, {"_id": 0, "slug": 1}, session=session
    )
    return {one["slug"] async for one in cursor}


async def _write(source: str, plan: IntakePlan, session: AsyncClientSession) -> None:
    at = utcnow()
    new = [(ObjectId(), slug, kept) for slug, kept in plan.new]
    templates: list[_Write] = [
        InsertOne({"_id": template_id, **_fields(source, slug, kept, at), "popularity": 0, "created_at": at})
        for template_id, slug, kept in new
    ]
    templates += [
        UpdateOne({"_id": state.id}, {"$set": _fields(source, state.slug, kept, at)}) for state, kept in plan.changed
    ]
    templates += [UpdateOne({"_id": state.id}, {"$set": {"commit": kept.bundle.commit}}) for state, kept in plan.moved]
    if plan.removed:
        gone = {"_id": {"$in": [state.id for state in plan.removed]}}
        templates.append(UpdateMany(gone, {"$set": {"is_active": False, "updated_at": at}}))
    contents = [(template_id, kept) for template_id, _, kept in new]
    contents += [(state.id, kept) for state, kept in plan.changed]
    manifests = [write for template_id, kept in contents for write in _manifest(template_id, kept, at)]
    packages = [write for template_id, kept in contents for write in _packages(template_id, kept, at)]
    for document, writes in (
        (ProjectTemplateDocument, templates),
        (TemplateCacheDocument, manifests),
        (TemplateDependencyDocument, packages),
    ):
        if writes:
            await document.get_pymongo_collection().bulk_write(writes, session=session)


def _fields(source: str, slug: str, kept: KeptBundle, at: datetime) -> Mapping[str, Any]:
    return {
        **found_by_slug(kept.fields, slug),
        "source": source,
        "slug": slug,
        "source_slug": kept.bundle.slug,
        "updated_at": at,
    }


def _manifest(template_id: ObjectId, kept: KeptBundle, at: datetime) -> Sequence[_Write]:
    present = {"template_id": template_id, "revision": kept.bundle.revision}
    others = {"template_id": template_id, "revision": {"$ne": kept.bundle.revision}, "replaced_at": None}
    # One that is back may have an end from the time when all replaced ones had it.
    fields = {"files": list(kept.files), "start_command": kept.bundle.start_command, "replaced_at": None}
    as_present = {"$set": fields, "$unset": {"expires_at": ""}}
    return [UpdateOne(present, as_present, upsert=True), UpdateMany(others, {"$set": {"replaced_at": at}})]


def _packages(template_id: ObjectId, kept: KeptBundle, at: datetime) -> Sequence[_Write]:
    return [
        DeleteMany({"template_id": template_id, "revision": kept.bundle.revision}),
        *(InsertOne(fields) for fields in dependency_fields(template_id, kept.bundle)),
        UpdateMany(
            {"template_id": template_id, "revision": {"$ne": kept.bundle.revision}, "expires_at": None},
            {"$set": {"expires_at": at + REPLACED_KEPT}},
        ),
    ]
