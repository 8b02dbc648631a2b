"""What clients send to be given links."""

import strawberry
from bson import ObjectId

from aura_gql.files.staging.records import OCTETS, NewStaged
from aura_gql.graph.links.enums import UploadPurpose
from aura_gql.graph.nodes import object_id
from aura_gql.graph.scalars import Long
from aura_gql.kernel.errors import InvalidInput


def upload_id(id: str, field: tuple[str, ...] = ("uploadId",)) -> ObjectId:
    """The ticket that a global id of `createUploadUrl` names; InvalidInput on `field`."""
    return object_id(id, "UploadUrl", field)


@strawberry.input(description="What to upload by the request that `createUploadUrl` gives.")
class CreateUploadUrlInput:
    """Bytes that a client is going to bring."""

    project_id: strawberry.ID = strawberry.field(description="The project that they are for.")
    purpose: UploadPurpose = strawberry.field(description="What they are to become.")
    size: Long = strawberry.field(description="How many bytes they are: exactly so many will be taken.")
    sha256: str = strawberry.field(
        description="Their SHA-256 in hexadecimal, lower case: no other bytes will be taken."
    )
    content_type: str = strawberry.field(
        default=OCTETS, description="Their media type without parameters, which the request has to name."
    )

    def to_record(self) -> NewStaged:
        """The bytes for the service."""
        return NewStaged(self.purpose, int(self.size), self.sha256, self.content_type)


@strawberry.input(
    description="What `createDownloadUrl` is to make a link to: give `projectId` and `path`, or `archiveId` instead."
)
class CreateDownloadUrlInput:
    """A wish for a link."""

    project_id: strawberry.ID | None = strawberry.field(default=None, description="The project of the file.")
    archive_id: strawberry.ID | None = strawberry.field(
        default=None, description="An archive of a project, which is COMPLETED."
    )
    path: str | None = strawberry.field(
        default=None, description="The path of the file in the project folder, e.g. `public/logo.png`."
    )
    version: int | None = strawberry.field(
        default=None,
        description="A version of the file; left out, the one that is there now. The link stays with its bytes.",
    )
    filename: str | None = strawberry.field(
        default=None, description="The name, without folders, under which a browser keeps it; left out, its own."
    )
    expires_in_s: int | None = strawberry.field(
        default=None,
        description="Seconds that the link works, from 1; at most, and where left out, the server's usual: 3600 unless "
        "its settings say so.",
    )

    def archive(self) -> ObjectId | None:
        """The archive, where one is named and no file; InvalidInput where both are."""
        if self.archive_id is None:
            return None
        if (self.project_id, self.path, self.version) != (None, None, None):
            raise InvalidInput("Give `archiveId` alone, or `projectId` and `path`.", field=("archiveId",))
        return object_id(self.archive_id, "ProjectArchive", ("archiveId",))

    def file(self) -> tuple[ObjectId, str]:
        """The project and the path of the file; InvalidInput on what is missing or wrong."""
        if self.project_id is None:
            raise InvalidInput("Give `projectId` and `path`.", field=("projectId",))
        project_id = object_id(self.project_id, "Project", ("projectId",))
        if self.path is None:
            raise InvalidInput("Give `path` with `projectId`.", field=("path",))
        return project_id, self.path
