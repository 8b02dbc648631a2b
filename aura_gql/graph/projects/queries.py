"""Looking projects up."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Context, Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.projects.inputs import ProjectFilterInput
from aura_gql.graph.projects.types import Project
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.records import ProjectFilter


@strawberry.type
class ProjectQueries:
    """The projects room's part of the root."""

    @strawberry.field(description="Your projects, the newest first.", permission_classes=[SignedIn])
    async def projects(
        self,
        info: Info,
        filter: Annotated[
            ProjectFilterInput | None, strawberry.argument(description="Which of them; all where left out.")
        ] = None,
        first: First = None,
        after: After = None,
    ) -> Connection[Project]:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        where = filter.to_record() if filter else ProjectFilter()
        page = await info.context.services.projects.list(viewer.id, where, page_request(first, after))
        return Connection.of(page, Project.from_record)

    @strawberry.field(
        description="The project that has this id; null where there is none.", permission_classes=[SignedIn]
    )
    async def project(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of a project.")],
    ) -> Project | None:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        try:
            record = await info.context.services.projects.get(viewer.id, object_id(id, "Project"))
        except ProjectNotFound:
            return None
        return Project.from_record(record)


async def fetch_projects(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, Project]:
    """The viewer's projects among `ids`, for `node`."""
    records = await context.services.projects.get_many(context.require_viewer().id, ids)
    return {id: Project.from_record(record) for id, record in records.items()}
