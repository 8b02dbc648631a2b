"""Bringing back what was."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.files.types import ProjectFile
from aura_gql.graph.history.inputs import RestoreFileVersionInput, RestoreRevisionInput
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.projects.types import Project


@strawberry.type(description="What `restoreFileVersion` did.")
class RestoreFileVersionPayload(Payload):
    """The file, or the errors."""

    file: ProjectFile | None = strawberry.field(
        default=None, description="The file as it is now: a new version with what it was at the old one."
    )


@strawberry.type(description="What `restoreRevision` did.")
class RestoreRevisionPayload(Payload):
    """The project, or the errors."""

    project: Project | None = strawberry.field(default=None, description="The project as it is now.")
    revision: int | None = strawberry.field(
        default=None,
        description="The new revision; where the files were as asked for already, the one that the project has.",
    )
    changed_count: int | None = strawberry.field(
        default=None, description="How many files and kept folders were made, changed or removed for it."
    )


@strawberry.type
class HistoryMutations:
    """The part of the root that brings back what was."""

    @strawberry.mutation(
        description=(
            "Save what a file was at an earlier version as its next one; a deleted file is there again. Nothing is "
            "lost by it, and a sandbox of the project that runs has the file when the answer comes. Where the file is "
            "just so already nothing changes."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def restore_file_version(
        self, info: Info, input: Input[RestoreFileVersionInput]
    ) -> RestoreFileVersionPayload:
        """Authorise, call, convert."""
        viewer, services = info.context.require_viewer(), info.context.services
        project_id = object_id(input.project_id, "Project", ("projectId",))
        record = await services.restoring.restore_version(
            viewer.id, project_id, input.path, input.version, input.expected_version
        )
        await services.sandboxes.refresh(project_id)
        return RestoreFileVersionPayload(file=ProjectFile.from_record(record))

    @strawberry.mutation(
        description=(
            "Make all files of a project what they were at an earlier revision, in one new revision: those that came "
            "since are deleted, those that went are there again. Nothing is lost by it, so that it can be undone in "
            "the same way, and a sandbox of the project that runs has the files when the answer comes."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def restore_revision(self, info: Info, input: Input[RestoreRevisionInput]) -> RestoreRevisionPayload:
        """Authorise, call, convert."""
        viewer, services = info.context.require_viewer(), info.context.services
        project_id = object_id(input.project_id, "Project", ("projectId",))
        batch = await services.restoring.restore_revision(
            viewer.id, project_id, input.revision, input.expected_revision
        )
        await services.sandboxes.refresh(project_id)
        project = await services.projects.get(viewer.id, project_id)
        return RestoreRevisionPayload(
            project=Project.from_record(project), revision=batch.revision, changed_count=len(batch.changed)
        )
