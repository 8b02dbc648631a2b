"""Saving files, written and uploaded."""

import strawberry

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import VersionKind
from aura_gql.files.writing.operations import placed
from aura_gql.graph.context import Info
from aura_gql.graph.files.inputs import SaveFileInput, UploadFilesInput
from aura_gql.graph.files.operations import ApplyFileOperationsInput
from aura_gql.graph.files.types import ProjectFile
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn


@strawberry.type(description="What `saveFile` did.")
class SaveFilePayload(Payload):
    """The file, or the errors."""

    file: ProjectFile | None = strawberry.field(
        default=None, description="The file as it is now; its `version` is what the next edit begins from."
    )


@strawberry.type(description="What `uploadFiles` did.")
class UploadFilesPayload(Payload):
    """The files, or the errors."""

    files: list[ProjectFile] | None = strawberry.field(
        default=None,
        description="The files as the upload left them, by path, those included that were there just so already.",
    )


@strawberry.type(description="What `applyFileOperations` did.")
class ApplyFileOperationsPayload(Payload):
    """What changed, or the errors."""

    revision: int | None = strawberry.field(
        default=None,
        description="The revision of the project that has all of it; the one that it had where nothing changed.",
    )
    files: list[ProjectFile] | None = strawberry.field(
        default=None,
        description=(
            "The files that were written or moved, as they are now, by path, those included that were there just so "
            "already: their versions are what your next edits begin from."
        ),
    )
    deleted_paths: list[str] | None = strawberry.field(
        default=None, description="The paths at which a file or a kept folder was before, and nothing is now."
    )


@strawberry.type
class FileMutations:
    """The files room's part of the root."""

    @strawberry.mutation(
        description=(
            "Make a file or save a new version of it. It never overwrites a version that you have not seen. A sandbox "
            "of the project that runs has it when the answer comes, unless code changed the file there: what both "
            "changed is merged, or is told by `Sandbox.syncConflicts`."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def save_file(self, info: Info, input: Input[SaveFileInput]) -> SaveFilePayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        record = await info.context.services.files.save(
            viewer.id,
            object_id(input.project_id, "Project", ("projectId",)),
            input.path,
            input.data(),
            input.expected_version,
            input.executable,
        )
        await info.context.services.sandboxes.refresh(record.project_id)
        return SaveFilePayload(file=ProjectFile.from_record(record))

    @strawberry.mutation(
        description=(
            "Create, update, delete and move files and folders of a project: all of it in one revision, or nothing. A "
            "sandbox of the project that runs has it when the answer comes. An error names its operation, as in "
            "`operations.3.create.path`, and its `path` in the details."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def apply_file_operations(
        self, info: Info, input: Input[ApplyFileOperationsInput]
    ) -> ApplyFileOperationsPayload:
        """Authorise, call, convert."""
        viewer, services = info.context.require_viewer(), info.context.services
        project_id = object_id(input.project_id, "Project", ("projectId",))
        with placed(input.place):
            operations = input.to_operations()
            batch = await services.batches.apply(
                viewer.id, project_id, operations, input.expected_revision, input.idempotency_key
            )
        await services.sandboxes.refresh(project_id)
        return ApplyFileOperationsPayload(
            revision=batch.revision,
            files=[ProjectFile.from_record(record) for record in batch.files if record.entry is EntryKind.FILE],
            deleted_paths=[version.file.path for version in batch.changed if version.kind is VersionKind.DELETED],
        )

    @strawberry.mutation(
        description=(
            "Save the files that come with a multipart request as new versions of the project's files: all of them in "
            "one revision, or none. A sandbox of the project that runs has them when the answer comes. Like "
            "`saveFile` it never overwrites a version that you have not seen; an error names its file by `path` in "
            "the details."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def upload_files(self, info: Info, input: Input[UploadFilesInput]) -> UploadFilesPayload:
        """Authorise, call, convert. Files are the truth and a sandbox's disk is a copy, so what a user drops into the
        editor goes to the project: it is versioned, needs no sandbox and outlives each.
        """
        viewer, services = info.context.require_viewer(), info.context.services
        project_id = object_id(input.project_id, "Project", ("projectId",))
        files = [file.to_record() for file in input.files]
        records = await services.uploads.upload(viewer.id, project_id, files, input.idempotency_key)
        await services.sandboxes.refresh(project_id)
        return UploadFilesPayload(files=[ProjectFile.from_record(record) for record in records])
