"""The collection of templates, and the queries that read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel

from aura_gql.templates.ordering import SORTS, SortKey
from aura_gql.templates.records import (
    CategoryRecord,
    TemplateFilter,
    TemplateOrder,
    TemplateRecord,
)
from aura_gql.templates.search import search_words
from aura_gql.templates.stored import (
    to_record,
)

_RECORD = {"search_terms": 0, "name_folded": 0}


class ProjectTemplateDocument(Document):
    """A template; an inactive one is in no list, but its projects still find it by id."""

    source: str
    source_slug: str | None = None
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
    commit: str | None = None
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
    async def count_use(cls, template_id: ObjectId) -> None:
        """Count one more project made from the template."""
        await cls.get_pymongo_collection().update_one({"_id": template_id}, {"$inc": {"popularity": 1}})


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
