"""Deleting projects in the background."""

from collections.abc import Sequence

from bson import ObjectId

from aura_gql.infra.ports import JobQueue
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.jobs import DELETE_PROJECT
from aura_gql.projects.ports import ProjectResource
from aura_gql.projects.records import ProjectStatus


class ProjectDeletion:
    """Removes what every room keeps of a project, then the project. A crash leaves it DELETING for the next run."""

    def __init__(self, resources: Sequence[ProjectResource]) -> None:
        """`resources` are asked in order: what uses others comes first (executions, sandboxes, files)."""
        self._resources = tuple(resources)

    def register(self, jobs: JobQueue) -> None:
        """Take up this work from the queue."""
        jobs.register(DELETE_PROJECT, self.run)

    async def run(self, key: str) -> None:
        """Remove the project whose id is `key`; does nothing unless it is DELETING. Safe to repeat."""
        project_id = ObjectId(key)
        project = await ProjectDocument.find_record(project_id)
        if project is None or project.status is not ProjectStatus.DELETING:
            return
        for resource in self._resources:
            await resource.remove_project(project_id)
        await ProjectDocument.remove(project_id, ProjectStatus.DELETING)
