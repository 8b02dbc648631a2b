"""Counting the projects that were really made from each template."""

import asyncio

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.projects.popularity.documents import count_marked
from aura_gql.templates.service import TemplateService


class ProjectPopularity:
    """Counts each project that became READY once, however often and wherever this is done, and also where it is deleted
    before. One that never became READY does not count.
    """

    def __init__(self, templates: TemplateService) -> None:
        self._templates = templates
        self._turn = asyncio.Lock()

    async def count(self) -> None:
        """Count all that are not counted yet; one query where there are none."""
        async with self._turn:
            while await count_marked(self._count):
                pass

    async def remove_project(self, project_id: ObjectId) -> None:
        """As `ProjectResource` promises: nothing is left to count of a project that is being deleted."""
        await count_marked(self._count, project_id)

    async def _count(self, template_id: ObjectId, projects: int, session: AsyncClientSession) -> None:
        await self._templates.record_use(template_id, projects, session)
