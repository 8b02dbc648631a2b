"""The queries that list templates: pages, counts and facets."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aura_gql.templates.documents import RECORD, ProjectTemplateDocument
from aura_gql.templates.listing.ordering import POINTS, SORTS, Listed, Sorting, SortKey, behind
from aura_gql.templates.listing.ranking import points_of
from aura_gql.templates.records import CategoryRecord, FacetRecord, TemplateFacetName, TemplateOrder
from aura_gql.templates.stored import to_record

_FACET_FIELDS: Final = {
    TemplateFacetName.CATEGORY: "category",
    TemplateFacetName.TYPE: "type",
    TemplateFacetName.TAG: "tags",
    TemplateFacetName.DEPENDENCY: "dependencies",
}

Condition = Mapping[str, Any]
Stage = dict[str, Any]


async def find_page(
    condition: Condition, sorting: Sorting, after: Sequence[SortKey] | None, limit: int
) -> list[Listed]:
    """Up to `limit` templates that meet a condition of `matching`, behind the sort keys `after`."""
    if sorting.order is TemplateOrder.RELEVANCE:
        return await _find_relevant(condition, sorting, after, limit)
    where = condition if after is None else {"$and": [condition, behind(sorting.order, after)]}
    templates = ProjectTemplateDocument.get_pymongo_collection()
    cursor = templates.find(where, RECORD).sort(SORTS[sorting.order]).limit(limit)
    return [Listed(to_record(document)) for document in await cursor.to_list()]


async def _find_relevant(
    condition: Condition, sorting: Sorting, after: Sequence[SortKey] | None, limit: int
) -> list[Listed]:
    """The points are worked out for whatever matches, which the index of words finds."""
    pipeline: list[Stage] = [{"$match": condition}, {"$set": {POINTS: points_of(sorting.search)}}]
    if after is not None:
        pipeline.append({"$match": behind(sorting.order, after)})
    pipeline += [{"$sort": dict(SORTS[sorting.order])}, {"$limit": limit}, {"$project": RECORD}]
    cursor = await ProjectTemplateDocument.get_pymongo_collection().aggregate(pipeline)
    return [Listed(to_record(document), document[POINTS]) async for document in cursor]


async def count_matching(condition: Condition) -> int:
    """How many templates meet a condition of `matching`."""
    return await ProjectTemplateDocument.get_pymongo_collection().count_documents(condition)


async def count_facet(condition: Condition, facet: TemplateFacetName, limit: int) -> list[FacetRecord]:
    """How many of the templates that meet a condition have each value of a facet: the `limit` most frequent first."""
    field = _FACET_FIELDS[facet]
    pipeline: list[Stage] = [
        {"$match": condition},
        {"$project": {"_id": 0, field: 1}},
        {"$unwind": f"${field}"},
        {"$group": {"_id": f"${field}", "count": {"$sum": 1}}},
        {"$sort": {"count": -1, "_id": 1}},
        {"$limit": limit},
    ]
    cursor = await ProjectTemplateDocument.get_pymongo_collection().aggregate(pipeline)
    return [FacetRecord(found["_id"], found["count"]) async for found in cursor]


async def count_categories() -> list[CategoryRecord]:
    """The categories of active templates, by name."""
    pipeline: list[Stage] = [
        {"$match": {"is_active": True}},
        {"$group": {"_id": "$category", "count": {"$sum": 1}}},
        {"$sort": {"_id": 1}},
    ]
    cursor = await ProjectTemplateDocument.get_pymongo_collection().aggregate(pipeline)
    return [CategoryRecord(found["_id"], found["count"]) async for found in cursor]
