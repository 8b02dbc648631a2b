"""The collections of templates and every query on them.

What a template holds is kept by template *and revision*: a manifest of its files in `template_cache`, its packages in
`template_dependencies`. A new revision comes in with one transaction; what it replaces expires a day later, so that
nobody who still reads it is cut short.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.kernel.clock import utcnow
from aura_gql.templates.ordering import SORTS, SortKey
from aura_gql.templates.records import (
    CategoryRecord,
    DependencyKind,
    TemplateBundle,
    TemplateDependencyRecord,
    TemplateFileRecord,
    TemplateFilter,
    TemplateOrder,
    TemplateRecord,
)
from aura_gql.templates.search import search_words
from aura_gql.templates.stored import (
    FileModel,
    StoredState,
    dependency_fields,
    manifest_files,
    template_fields,
    to_dependency_records,
    to_file_record,
    to_record,
)

REPLACED_REVISION_KEPT = timedelta(hours=24)
_RECORD = {"search_terms": 0, "name_folded": 0}


class TemplateCacheDocument(Document):
    """The files of one revision of a template."""

    template_id: PydanticObjectId
    revision: str
    files: list[FileModel]
    expires_at: datetime | None = None

    class Settings:
        """Collection and indexes: one manifest for each revision; replaced ones expire."""

        name = "template_cache"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("template_id", ASCENDING), ("revision", ASCENDING)], unique=True),
            IndexModel("expires_at", expireAfterSeconds=0),
        ]


class TemplateDependencyDocument(Document):
    """A package that one revision of a template asks for."""

    template_id: PydanticObjectId
    revision: str
    kind: DependencyKind
    name: str
    version: str
    expires_at: datetime | None = None

    class Settings:
        """Collection and indexes: a package once for each revision and kind; those of replaced revisions expire."""

        name = "template_dependencies"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel(
                [("template_id", ASCENDING), ("revision", ASCENDING), ("kind", ASCENDING), ("name", ASCENDING)],
                unique=True,
            ),
            IndexModel("expires_at", expireAfterSeconds=0),
        ]


class ProjectTemplateDocument(Document):
    """A template; an inactive one is in no list, but its projects still find it by id."""

    source: str
    slug: str
    name: str
    name_folded: str
    description: str
    type: str
    category: str
    tags: list[str]
    search_terms: list[str]
    popularity: int = 0
    file_count: int
    total_size: int
    preview_url: str | None = None
    stackblitz_path: str | None = None
    start_command: str
    required_tools: list[str]
    revision: str
    is_active: bool = True
    created_at: datetime
    updated_at: datetime

    class Settings:
        """Collection and indexes: the three orders, the four filters, and a source's own templates."""

        name = "project_templates"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel("slug", unique=True),
            IndexModel([("source", ASCENDING), ("slug", ASCENDING)]),
            *(IndexModel([("is_active", ASCENDING), *sort]) for sort in SORTS.values()),
            IndexModel([("is_active", ASCENDING), ("category", ASCENDING), ("type", ASCENDING)]),
            IndexModel([("is_active", ASCENDING), ("type", ASCENDING)]),
            IndexModel([("is_active", ASCENDING), ("tags", ASCENDING)]),
            IndexModel([("is_active", ASCENDING), ("search_terms", ASCENDING)]),
        ]

    @classmethod
    async def find_page(
        cls, query: Mapping[str, Any], order: TemplateOrder, after: Sequence[SortKey] | None, limit: int
    ) -> list[TemplateRecord]:
        """Up to `limit` templates that match a query of `active_query`, behind the sort keys `after`."""
        where = dict(query) if after is None else {"$and": [query, _behind(order, after)]}
        cursor = cls.get_pymongo_collection().find(where, _RECORD).sort(SORTS[order]).limit(limit)
        return [to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def count_matching(cls, query: Mapping[str, Any]) -> int:
        """How many templates match a query of `active_query`."""
        return await cls.get_pymongo_collection().count_documents(query)

    @classmethod
    async def find_records(cls, template_ids: Sequence[ObjectId]) -> list[TemplateRecord]:
        """The templates with these ids, inactive ones too, in no order."""
        cursor = cls.get_pymongo_collection().find({"_id": {"$in": list(template_ids)}}, _RECORD)
        return [to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def find_by_slug(cls, slug: str) -> TemplateRecord | None:
        """The template with this slug, also an inactive one."""
        document = await cls.get_pymongo_collection().find_one({"slug": slug}, _RECORD)
        return None if document is None else to_record(document)

    @classmethod
    async def count_by_category(cls) -> list[CategoryRecord]:
        """The categories of active templates, by name."""
        pipeline: list[dict[str, Any]] = [
            {"$match": {"is_active": True}},
            {"$group": {"_id": "$category", "count": {"$sum": 1}}},
            {"$sort": {"_id": 1}},
        ]
        cursor = await cls.get_pymongo_collection().aggregate(pipeline)
        return [CategoryRecord(found["_id"], found["count"]) async for found in cursor]

    @classmethod
    async def find_files(
        cls, template_ids: Sequence[ObjectId], path: str | None = None
    ) -> dict[ObjectId, list[TemplateFileRecord]]:
        """The files of the present revision of each template, by path; only the one at `path` where that is given."""
        files: object = "$files"
        if path is not None:
            files = {"$filter": {"input": "$files", "cond": {"$eq": ["$$this.path", {"$literal": path}]}}}
        shape = {"_id": 0, "files": files}
        found = await cls._contents(template_ids, TemplateCacheDocument.get_collection_name(), shape)
        return {
            template_id: [to_file_record(file) for manifest in manifests for file in manifest["files"]]
            for template_id, manifests in found.items()
        }

    @classmethod
    async def find_dependencies(
        cls, template_ids: Sequence[ObjectId]
    ) -> dict[ObjectId, list[TemplateDependencyRecord]]:
        """The packages of the present revision of each template."""
        shape = {"_id": 0, "kind": 1, "name": 1, "version": 1}
        found = await cls._contents(template_ids, TemplateDependencyDocument.get_collection_name(), shape)
        return {template_id: to_dependency_records(stored) for template_id, stored in found.items()}

    @classmethod
    async def _contents(
        cls, template_ids: Sequence[ObjectId], collection: str, shape: Mapping[str, Any]
    ) -> dict[ObjectId, list[dict[str, Any]]]:
        """The documents of `collection` for the present revision of each template, as `shape` projects them."""
        lookup = {
            "from": collection,
            "localField": "_id",
            "foreignField": "template_id",
            "let": {"revision": "$revision"},
            "pipeline": [{"$match": {"$expr": {"$eq": ["$revision", "$$revision"]}}}, {"$project": shape}],
            "as": "contents",
        }
        pipeline: list[dict[str, Any]] = [
            {"$match": {"_id": {"$in": list(template_ids)}}},
            {"$project": {"revision": 1}},
            {"$lookup": lookup},
        ]
        cursor = await cls.get_pymongo_collection().aggregate(pipeline)
        return {found["_id"]: found["contents"] async for found in cursor}

    @classmethod
    async def count_use(cls, template_id: ObjectId) -> None:
        """Count one more project made from the template."""
        await cls.get_pymongo_collection().update_one({"_id": template_id}, {"$inc": {"popularity": 1}})

    @classmethod
    async def find_states(cls, source: str) -> dict[str, StoredState]:
        """Where each template of a source stands, by slug."""
        cursor = cls.get_pymongo_collection().find(
            {"source": source}, {"_id": 0, "slug": 1, "revision": 1, "is_active": 1}
        )
        return {found["slug"]: StoredState(found["revision"], found["is_active"]) async for found in cursor}

    @classmethod
    async def take_in(cls, source: str, bundle: TemplateBundle, hashes: Mapping[str, str]) -> None:
        """Make `bundle` the present revision of its template, all at once; DuplicateKeyError where its slug is taken.

        `hashes` names the blob of each path. Two who do this at once take turns.
        """
        async with cls.get_pymongo_collection().database.client.start_session() as session:
            await session.with_transaction(lambda inner: cls._take_in(source, bundle, hashes, inner))

    @classmethod
    async def _take_in(
        cls, source: str, bundle: TemplateBundle, hashes: Mapping[str, str], session: AsyncClientSession
    ) -> None:
        at = utcnow()
        template = await cls.get_pymongo_collection().find_one_and_update(
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

    @classmethod
    async def deactivate_others(cls, source: str, slugs: Sequence[str]) -> None:
        """Take those templates of a source that are not in `slugs` out of the lists."""
        await cls.get_pymongo_collection().update_many(
            {"source": source, "slug": {"$nin": list(slugs)}, "is_active": True},
            {"$set": {"is_active": False, "updated_at": utcnow()}},
        )


def active_query(wanted: TemplateFilter) -> dict[str, Any]:
    """The query for the active templates that match a filter; InvalidInput where its text is too long."""
    clauses: list[dict[str, Any]] = [
        {"search_terms": {"$regex": f"^{word}"}} for word in search_words(wanted.text or "")
    ]
    if wanted.category is not None:
        clauses.append({"category": wanted.category})
    if wanted.type is not None:
        clauses.append({"type": wanted.type})
    if wanted.tags:
        clauses.append({"tags": {"$all": list(wanted.tags)}})
    return {"is_active": True, "$and": clauses} if clauses else {"is_active": True}


def _behind(order: TemplateOrder, keys: Sequence[SortKey]) -> dict[str, Any]:
    """The condition that a template sorts behind `keys`."""
    fields = [field for field, _ in SORTS[order]]
    alternatives = []
    for depth, (field, direction) in enumerate(SORTS[order]):
        comparison = "$lt" if direction == DESCENDING else "$gt"
        same = dict(zip(fields[:depth], keys[:depth], strict=True))
        alternatives.append({**same, field: {comparison: keys[depth]}})
    return {"$or": alternatives}
