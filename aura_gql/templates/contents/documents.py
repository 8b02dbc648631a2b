"""The collections of what templates hold, kept by template *and revision*: a manifest of its files in `template_cache`,
its packages in `template_dependencies`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel

from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.records import (
    DependencyKind,
    TemplateDependencyRecord,
)
from aura_gql.templates.stored import FileModel, to_dependency_records


class TemplateCacheDocument(Document):
    """The files of one revision of a template and what starts them; `replaced_at` once another is the present one.
    Where there is a `fresh_until`, its source said for so long that it has this.
    """

    template_id: PydanticObjectId
    revision: str
    files: list[FileModel]
    start_command: str | None = None
    fresh_until: datetime | None = None
    replaced_at: datetime | None = None

    class Settings:
        """Collection and indexes: one manifest for each revision, those replaced long ago, and those not fresh."""

        name = "template_cache"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("template_id", ASCENDING), ("revision", ASCENDING)], unique=True),
            IndexModel("replaced_at"),
            IndexModel("fresh_until"),
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

    @classmethod
    async def find_dependencies(
        cls, template_ids: Sequence[ObjectId]
    ) -> dict[ObjectId, list[TemplateDependencyRecord]]:
        """The packages of the present revision of each template."""
        shape = {"_id": 0, "kind": 1, "name": 1, "version": 1}
        found = await _contents(template_ids, cls.get_collection_name(), shape)
        return {template_id: to_dependency_records(stored) for template_id, stored in found.items()}


async def _contents(
    template_ids: Sequence[ObjectId], collection: str, shape: Mapping[str, Any]
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
    cursor = await ProjectTemplateDocument.get_pymongo_collection().aggregate(pipeline)
    return {found["_id"]: found["contents"] async for found in cursor}
