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
    TemplateFileRecord,
    TemplateManifest,
)
from aura_gql.templates.stored import FileModel, to_dependency_records, to_file_record


class TemplateCacheDocument(Document):
    """The files of one revision of a template; `replaced_at` once another is the present one."""

    template_id: PydanticObjectId
    revision: str
    files: list[FileModel]
    replaced_at: datetime | None = None

    class Settings:
        """Collection and indexes: one manifest for each revision, and those that were replaced long ago."""

        name = "template_cache"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("template_id", ASCENDING), ("revision", ASCENDING)], unique=True),
            IndexModel("replaced_at"),
        ]

    @classmethod
    async def find_files(
        cls, template_ids: Sequence[ObjectId], path: str | None = None
    ) -> dict[ObjectId, list[TemplateFileRecord]]:
        """The files of the present revision of each template, by path; only the one at `path` where that is given."""
        files: object = "$files"
        if path is not None:
            files = {"$filter": {"input": "$files", "cond": {"$eq": ["$$this.path", {"$literal": path}]}}}
        shape = {"_id": 0, "files": files}
        found = await _contents(template_ids, cls.get_collection_name(), shape)
        return {
            template_id: [to_file_record(file) for manifest in manifests for file in manifest["files"]]
            for template_id, manifests in found.items()
        }

    @classmethod
    async def find_manifest(cls, template_id: ObjectId, revision: str | None = None) -> TemplateManifest | None:
        """The files of that revision of a template, of the present one where it is gone or None; None for an unknown
        template.
        """
        lookup = {
            "from": cls.get_collection_name(),
            "localField": "_id",
            "foreignField": "template_id",
            "let": {"present": "$revision"},
            "pipeline": [
                {"$match": {"$expr": {"$in": ["$revision", ["$$present", {"$literal": revision}]]}}},
                {"$project": {"_id": 0, "revision": 1, "files": 1}},
            ],
            "as": "manifests",
        }
        stages: list[dict[str, Any]] = [
            {"$match": {"_id": template_id}},
            {"$project": {"revision": 1}},
            {"$lookup": lookup},
        ]
        async for found in await ProjectTemplateDocument.get_pymongo_collection().aggregate(stages):
            files = {manifest["revision"]: manifest["files"] for manifest in found["manifests"]}
            chosen = revision if revision is not None and revision in files else found["revision"]
            return TemplateManifest(template_id, chosen, [to_file_record(file) for file in files.get(chosen, [])])
        return None


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
