"""Making, bringing, restoring and removing archives."""

import strawberry
from bson import ObjectId

from aura_gql.files.archives.sources import SentArchive, StagedArchive
from aura_gql.files.errors import RevisionConflict
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.graph.archives.inputs import (
    ArchiveProjectInput,
    DeleteProjectArchiveInput,
    RestoreProjectArchiveInput,
    UploadProjectArchiveInput,
)
from aura_gql.graph.archives.types import ProjectArchive
from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.projects.types import Project


@strawberry.type(description="What `archiveProject` did.")
class ArchiveProjectPayload(Payload):
    """The archive, or the errors."""

    archive: ProjectArchive | None = strawberry.field(
        default=None, description="The archive, PENDING: `projectArchiveChanged` tells what becomes of it."
    )


@strawberry.type(description="What `restoreProjectArchive` did.")
class RestoreProjectArchivePayload(Payload):
    """The project, or the errors."""

    project: Project | None = strawberry.field(default=None, description="The project with its files as they are now.")
    revision: int | None = strawberry.field(
        default=None, description="The revision that the restore made; the present one where it changed nothing."
    )
    changed_paths: list[str] | None = strawberry.field(
        default=None, description="What was made, changed or deleted, by path."
    )


@strawberry.type(description="What `uploadProjectArchive` did.")
class UploadProjectArchivePayload(Payload):
    """The archive, or the errors."""

    archive: ProjectArchive | None = strawberry.field(default=None, description="The archive, which is COMPLETED.")
    project: Project | None = strawberry.field(
        default=None, description="The project with its files as they are now, where `restore` was given."
    )
    revision: int | None = strawberry.field(
        default=None, description="The revision that the restore made, where `restore` was given."
    )


@strawberry.type(description="What `deleteProjectArchive` did.")
class DeleteProjectArchivePayload(Payload):
    """The id, or the errors."""

    deleted_archive_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the archive, which is gone."
    )


@strawberry.type
class ArchiveMutations:
    """The archives' part of the root."""

    @strawberry.mutation(
        description=(
            "Have an archive made of the project's files as they are now, and kept. The same files in the same format "
            "give the same bytes: times, owners and the order of files are not those of whoever made it."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def archive_project(self, info: Info, input: Input[ArchiveProjectInput]) -> ArchiveProjectPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        project_id = object_id(input.project_id, "Project", ("projectId",))
        record = await info.context.services.archives.create(viewer.id, project_id, input.format, input.idempotency_key)
        return ArchiveProjectPayload(archive=ProjectArchive.from_record(record))

    @strawberry.mutation(
        description=(
            "Make the project's files those of one of its archives: all of them in one revision, which the history can "
            "take back, or none. The whole archive is looked through before anything changes. A sandbox of the project "
            "that runs has the files when the answer comes."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def restore_project_archive(
        self, info: Info, input: Input[RestoreProjectArchiveInput]
    ) -> RestoreProjectArchivePayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        project_id = object_id(input.project_id, "Project", ("projectId",))
        archive_id = object_id(input.archive_id, "ProjectArchive", ("archiveId",))
        batch = await info.context.services.archives.restore(
            viewer.id, project_id, archive_id, input.wish(), input.idempotency_key
        )
        paths = [version.file.path for version in batch.changed]
        project = await _refreshed(info, viewer.id, batch)
        return RestoreProjectArchivePayload(project=project, revision=batch.revision, changed_paths=paths)

    @strawberry.mutation(
        description=(
            "Keep an archive that you bring, and restore it at once if you wish. All of it is unpacked and looked "
            "through first: names that lead out of the folder or clash, links and devices, what unpacks to too much, "
            "what is damaged, encrypted or cut off is refused, by `rule` and `entry` in the error's details. A single "
            "folder around everything is left out when it is restored."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def upload_project_archive(
        self, info: Info, input: Input[UploadProjectArchiveInput]
    ) -> UploadProjectArchivePayload:
        """Authorise, call, convert."""
        viewer, services = info.context.require_viewer(), info.context.services
        project_id = object_id(input.project_id, "Project", ("projectId",))
        given = input.source()
        source = (
            StagedArchive(services.tickets, viewer.id, project_id, given)
            if isinstance(given, ObjectId)
            else SentArchive(given)
        )
        try:
            record, batch = await services.archives.upload(
                viewer.id, project_id, source, input.wish(), input.idempotency_key
            )
        except RevisionConflict as error:
            error.field = ("restore", *error.field)
            raise
        archive = ProjectArchive.from_record(record)
        if batch is None:
            return UploadProjectArchivePayload(archive=archive)
        project = await _refreshed(info, viewer.id, batch)
        return UploadProjectArchivePayload(archive=archive, project=project, revision=batch.revision)

    @strawberry.mutation(
        description="Remove an archive; one that is being made is given up. The project's files stay as they are.",
        permission_classes=[SignedIn],
    )
    @settled
    async def delete_project_archive(
        self, info: Info, input: Input[DeleteProjectArchiveInput]
    ) -> DeleteProjectArchivePayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        await info.context.services.archives.remove(
            viewer.id, object_id(input.archive_id, "ProjectArchive", ("archiveId",))
        )
        return DeleteProjectArchivePayload(deleted_archive_id=input.archive_id)


async def _refreshed(info: Info, viewer_id: str, batch: AppliedBatch) -> Project:
    """The project, once a sandbox of it that runs has what changed."""
    services = info.context.services
    await services.sandboxes.refresh(batch.project_id)
    return Project.from_record(await services.projects.get(viewer_id, batch.project_id))
