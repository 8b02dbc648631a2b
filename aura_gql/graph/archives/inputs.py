"""What clients send about archives."""

import strawberry
from bson import ObjectId

from aura_gql.files.archives.records import RestoreWish
from aura_gql.graph.archives.enums import ArchiveFormat, RestoreMode
from aura_gql.graph.links.inputs import upload_id
from aura_gql.graph.payload import key_description
from aura_gql.graph.uploads import UploadedFile
from aura_gql.kernel.errors import InvalidInput

_EXPECTED = (
    "The revision of the project that this began from. Where it is at another now, no file is changed and the error is "
    "CONFLICT, with the present one in its details."
)
_MODE = "What becomes of the files that are not in the archive."


@strawberry.input(description="What to make an archive of with `archiveProject`.")
class ArchiveProjectInput:
    """A wish for an archive."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be READY.")
    format: ArchiveFormat = strawberry.field(default=ArchiveFormat.ZIP, description="How to write it.")
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("the first archive", "making two")
    )


@strawberry.input(description="Which archive to restore with `restoreProjectArchive`, and how.")
class RestoreProjectArchiveInput:
    """A wish to restore."""

    project_id: strawberry.ID = strawberry.field(description="The project that the archive is of. It must be READY.")
    archive_id: strawberry.ID = strawberry.field(description="The archive. It must be COMPLETED.")
    expected_revision: int = strawberry.field(description=_EXPECTED)
    mode: RestoreMode = strawberry.field(default=RestoreMode.REPLACE, description=_MODE)
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("what the first call restored", "restoring twice")
    )

    def wish(self) -> RestoreWish:
        """How it is to be restored."""
        return RestoreWish(self.expected_revision, self.mode)


@strawberry.input(description="How to restore an archive as soon as it is kept.")
class RestoreAtOnceInput:
    """A wish to restore what is brought."""

    expected_revision: int = strawberry.field(description=_EXPECTED)
    mode: RestoreMode = strawberry.field(default=RestoreMode.REPLACE, description=_MODE)


@strawberry.input(
    description="An archive to keep with `uploadProjectArchive`. Exactly one of `file` and `uploadId` must be given."
)
class UploadProjectArchiveInput:
    """An archive that a user brings."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be READY.")
    file: UploadedFile | None = strawberry.field(
        default=None, description="The archive: zip, tar, tar.gz or tar.zst, told by its bytes and not by its name."
    )
    upload_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Instead of `file`, the id of the upload that `createUploadUrl` granted, for what is too large.",
    )
    restore: RestoreAtOnceInput | None = strawberry.field(
        default=None,
        description=(
            "Restore it at once; left out, it is kept and no file changes. Where the restore is refused the archive is "
            "kept all the same, and `Project.storage` lists it: restore that one then."
        ),
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("what the first upload came to", "keeping two")
    )

    def wish(self) -> RestoreWish | None:
        """How it is to be restored, if it is."""
        return RestoreWish(self.restore.expected_revision, self.restore.mode) if self.restore else None

    def source(self) -> UploadedFile | ObjectId:
        """The file, or the id of the upload; InvalidInput unless exactly one is given."""
        if (self.file is None) == (self.upload_id is None):
            raise InvalidInput("Exactly one of `file` and `uploadId` must be given.", field=("file",))
        if self.file is not None:
            return self.file
        return upload_id(self.upload_id or "")


@strawberry.input(description="Which archive to remove with `deleteProjectArchive`.")
class DeleteProjectArchiveInput:
    """An archive to remove."""

    archive_id: strawberry.ID = strawberry.field(description="The archive; one that is being made, too.")
