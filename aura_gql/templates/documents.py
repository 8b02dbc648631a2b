"""The collection of templates, and the queries that find one; `listing.documents` has those that list them."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final

from beanie import Document
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.templates.listing.ordering import POINTS, SORTS
from aura_gql.templates.records import TemplateRecord
from aura_gql.templates.stored import to_record

_KEPT_SORTS = [sort for sort in SORTS.values() if POINTS not in dict(sort)]

RECORD: Final = {"search_terms": 0, "search_text": 0, "name_folded": 0, "dependencies": 0}
"""The projection of a template without what it is only found by."""


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
    dependencies: list[str] = []
    search_terms: list[str]
    search_text: str = ""
    listing_version: int = 0
    popularity: int = 0
    file_count: int
    total_size: int
    preview_url: str | None = None
    stackblitz_path: str | None = None
    commit: str | None = None
    readme_path: str | None = None
    start_command: str
    required_tools: list[str]
    revision: str
    is_active: bool = True
    created_at: datetime
    updated_at: datetime

    class Settings:
        """Collection and indexes: the orders, the filters, the words, and a source's own templates."""

        name = "project_templates"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel("slug", unique=True),
            IndexModel([("source", ASCENDING), ("slug", ASCENDING)]),
            *(IndexModel([("is_active", ASCENDING), *sort]) for sort in _KEPT_SORTS),
            IndexModel([("is_active", ASCENDING), ("category", ASCENDING), ("type", ASCENDING)]),
            IndexModel([("is_active", ASCENDING), ("type", ASCENDING)]),
            IndexModel([("is_active", ASCENDING), ("tags", ASCENDING)]),
            IndexModel([("is_active", ASCENDING), ("dependencies", ASCENDING)]),
            IndexModel([("is_active", ASCENDING), ("search_terms", ASCENDING)]),
        ]

    @classmethod
    async def find_records(cls, template_ids: Sequence[ObjectId]) -> list[TemplateRecord]:
        """The templates with these ids, inactive ones too, in no order."""
        cursor = cls.get_pymongo_collection().find({"_id": {"$in": list(template_ids)}}, RECORD)
        return [to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def find_by_slug(cls, slug: str) -> TemplateRecord | None:
        """The template with this slug, also an inactive one."""
        document = await cls.get_pymongo_collection().find_one({"slug": slug}, RECORD)
        return None if document is None else to_record(document)

    @classmethod
    async def count_use(cls, template_id: ObjectId, projects: int, session: AsyncClientSession | None) -> None:
        """Count that many more projects made from the template."""
        change = {"$inc": {"popularity": projects}}
        await cls.get_pymongo_collection().update_one({"_id": template_id}, change, session=session)
