"""Projects: who owns them and where they stand."""

from collections.abc import Sequence

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.errors import ProjectNotFound, ProjectNotReady
from aura_gql.projects.records import ProjectRecord, ProjectStatus

_NO_SUCH_PROJECT = "There is no project with this id."


class ProjectService:
    """A user's projects. Someone else's project, and one being deleted, answers as a missing one."""

    async def get(self, viewer_id: str, project_id: ObjectId) -> ProjectRecord:
        """The viewer's project; ProjectNotFound."""
        found = await ProjectDocument.find_owned(viewer_id, [project_id])
        if not found:
            raise ProjectNotFound(_NO_SUCH_PROJECT)
        return found[0]

    async def get_many(self, viewer_id: str, project_ids: Sequence[ObjectId]) -> dict[ObjectId, ProjectRecord]:
        """Those of the projects that the viewer may see, by id, in one query."""
        return {project.id: project for project in await ProjectDocument.find_owned(viewer_id, project_ids)}

    async def require_ready(self, viewer_id: str, project_id: ObjectId) -> ProjectRecord:
        """The viewer's project where it is READY; ProjectNotFound, ProjectNotReady."""
        project = await self.get(viewer_id, project_id)
        if project.status is not ProjectStatus.READY:
            raise ProjectNotReady(
                f"The project is {project.status}, not READY.", details={"status": project.status.value}
            )
        return project

    async def advance_revision(self, project_id: ObjectId, session: AsyncClientSession) -> int:
        """Count a change of the project's files inside the caller's transaction; the new revision, 1 for the first.

        ProjectNotFound where it is gone or being deleted.
        """
        revision = await ProjectDocument.advance_revision(project_id, session)
        if revision is None:
            raise ProjectNotFound(_NO_SUCH_PROJECT)
        return revision
