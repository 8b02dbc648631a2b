"""Making, changing and deleting projects."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.projects.inputs import (
    CreateProjectInput,
    DeleteProjectInput,
    RetryProjectInput,
    UpdateProjectInput,
)
from aura_gql.graph.projects.types import Project


@strawberry.type(description="What `createProject` did.")
class CreateProjectPayload(Payload):
    """The project, or the errors."""

    project: Project | None = strawberry.field(
        default=None, description="The project, INITIALIZING; `projectChanged` tells when it is READY."
    )


@strawberry.type(description="What `updateProject` did.")
class UpdateProjectPayload(Payload):
    """The project, or the errors."""

    project: Project | None = strawberry.field(default=None, description="The project as it is now.")


@strawberry.type(description="What `deleteProject` did.")
class DeleteProjectPayload(Payload):
    """The id, or the errors."""

    deleted_project_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the project: it is not found any more, its files and sandboxes follow."
    )


@strawberry.type(description="What `retryProject` did.")
class RetryProjectPayload(Payload):
    """The project, or the errors."""

    project: Project | None = strawberry.field(default=None, description="The project, INITIALIZING again.")


@strawberry.type
class ProjectMutations:
    """The projects room's part of the root."""

    @strawberry.mutation(
        description="Make a project from a template. Answers at once; `projectChanged` streams its initialisation.",
        permission_classes=[SignedIn],
    )
    @settled
    async def create_project(self, info: Info, input: Input[CreateProjectInput]) -> CreateProjectPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        service = info.context.services.projects
        record = await service.create(viewer.id, input.to_record(), input.idempotency_key)
        return CreateProjectPayload(project=Project.from_record(record))

    @strawberry.mutation(description="Rename a project or describe it anew.", permission_classes=[SignedIn])
    @settled
    async def update_project(self, info: Info, input: Input[UpdateProjectInput]) -> UpdateProjectPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        project_id = object_id(input.project_id, "Project", ("projectId",))
        record = await info.context.services.projects.update(viewer.id, project_id, input.name, input.description)
        return UpdateProjectPayload(project=Project.from_record(record))

    @strawberry.mutation(
        description="Delete a project with its files, sandboxes and executions. There is no way back.",
        permission_classes=[SignedIn],
    )
    @settled
    async def delete_project(self, info: Info, input: Input[DeleteProjectInput]) -> DeleteProjectPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        await info.context.services.projects.delete(viewer.id, object_id(input.project_id, "Project", ("projectId",)))
        return DeleteProjectPayload(deleted_project_id=input.project_id)

    @strawberry.mutation(
        description="Have the initialisation of a project in ERROR go on from the step that failed.",
        permission_classes=[SignedIn],
    )
    @settled
    async def retry_project(self, info: Info, input: Input[RetryProjectInput]) -> RetryProjectPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        project_id = object_id(input.project_id, "Project", ("projectId",))
        record = await info.context.services.projects.retry(viewer.id, project_id)
        return RetryProjectPayload(project=Project.from_record(record))
