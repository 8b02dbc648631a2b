"""The catalogue of templates."""

import asyncio
from collections.abc import Iterable, Sequence

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.kernel.page import Page, PageRequest
from aura_gql.storage.ports import BlobStore
from aura_gql.templates.cache.memory import TemplateMemory
from aura_gql.templates.contents.documents import TemplateDependencyDocument
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.errors import TemplateFileNotFound, TemplateNotFound
from aura_gql.templates.listing.documents import count_categories
from aura_gql.templates.listing.pages import facet_of, list_templates
from aura_gql.templates.records import (
    CategoryRecord,
    FacetRecord,
    TemplateDependencyRecord,
    TemplateFacetName,
    TemplateFileRecord,
    TemplateFilter,
    TemplateManifest,
    TemplateOrder,
    TemplateRecord,
)

_BLOBS_AT_ONCE = 8

TemplateFiles = dict[ObjectId, Sequence[TemplateFileRecord]]
TemplateDependencies = dict[ObjectId, list[TemplateDependencyRecord]]


class TemplateService:
    """Reads templates."""

    def __init__(self, blobs: BlobStore, memory: TemplateMemory | None = None) -> None:
        """Whose files are remembered in `memory`, else in one of its own."""
        self._memory = memory or TemplateMemory(blobs)

    async def get(self, template_id: ObjectId) -> TemplateRecord:
        """The template, also an inactive one; TemplateNotFound."""
        found = await ProjectTemplateDocument.find_records([template_id])
        if not found:
            raise TemplateNotFound("There is no such template.", field=("templateId",))
        return found[0]

    async def get_by_slug(self, slug: str) -> TemplateRecord:
        """The template, also an inactive one; TemplateNotFound."""
        template = await ProjectTemplateDocument.find_by_slug(slug)
        if template is None:
            raise TemplateNotFound("There is no template with this slug.", field=("slug",))
        return template

    async def get_many(self, template_ids: Sequence[ObjectId]) -> dict[ObjectId, TemplateRecord]:
        """Those of the templates that exist, also inactive ones, by id."""
        return {template.id: template for template in await ProjectTemplateDocument.find_records(template_ids)}

    async def categories(self) -> Sequence[CategoryRecord]:
        """The categories that active templates are in, by name."""
        return await count_categories()

    async def files(self, template_ids: Sequence[ObjectId]) -> TemplateFiles:
        """The files of each template, by path; an unknown template has no entry."""
        manifests = await self._memory.present(template_ids)
        return {template_id: manifest.files for template_id, manifest in manifests.items()}

    async def manifest(self, template_id: ObjectId, revision: str | None = None) -> TemplateManifest:
        """The files of that revision of a template; those of the present revision where it is None, or was replaced so
        long ago that it is gone. TemplateNotFound.
        """
        if revision is None:
            manifest = (await self._memory.present([template_id])).get(template_id)
        else:
            manifest = await self._memory.of_revision(template_id, revision)
        if manifest is None:
            raise TemplateNotFound("There is no such template.", field=("templateId",))
        return manifest

    async def offered(self, template_id: ObjectId) -> TemplateManifest:
        """The files of the present revision of an active template; TemplateNotFound."""
        manifest = await self._memory.offered(template_id)
        if manifest is None:
            raise TemplateNotFound("There is no template with this id, or it is no longer offered.")
        return manifest

    async def dependencies(self, template_ids: Sequence[ObjectId]) -> TemplateDependencies:
        """The packages that each template asks for, by kind and name; an unknown template has no entry."""
        return await TemplateDependencyDocument.find_dependencies(template_ids)

    async def read_file(self, template_id: ObjectId, path: str) -> bytes:
        """The bytes of one file; TemplateNotFound, TemplateFileNotFound."""
        for file in (await self.manifest(template_id)).files:
            if file.path == path:
                return await self.content(file)
        raise TemplateFileNotFound("The template has no file at this path.", field=("path",))

    async def content(self, file: TemplateFileRecord) -> bytes:
        """The bytes of a file that `files` gave, of just that revision, without asking the database."""
        return await self._memory.content(file.sha256)

    async def contents(self, files: Iterable[TemplateFileRecord]) -> dict[str, bytes | BaseException]:
        """The bytes of many files that `files` gave, by their SHA-256, each read once; no database is asked.

        For one that can't be read, why: the others are there all the same.
        """
        turns = asyncio.Semaphore(_BLOBS_AT_ONCE)

        async def read(file: TemplateFileRecord) -> bytes:
            async with turns:
                return await self.content(file)

        wanted = {file.sha256: file for file in files}
        contents = await asyncio.gather(*map(read, wanted.values()), return_exceptions=True)
        return dict(zip(wanted, contents, strict=True))

    async def record_use(
        self, template_id: ObjectId, projects: int = 1, session: AsyncClientSession | None = None
    ) -> None:
        """Count that many more projects made from the template; an unknown one is ignored."""
        await ProjectTemplateDocument.count_use(template_id, projects, session)

    async def list(
        self,
        wanted: TemplateFilter | None = None,
        order: TemplateOrder | None = None,
        page: PageRequest | None = None,
    ) -> Page[TemplateRecord]:
        """A page of the active templates that match; see `list_templates`."""
        return await list_templates(wanted or TemplateFilter(), order, page or PageRequest())

    async def facet(self, wanted: TemplateFilter, facet: TemplateFacetName) -> Sequence[FacetRecord]:
        """How many of the templates that match have each value of a facet; see `facet_of`."""
        return await facet_of(wanted, facet)
