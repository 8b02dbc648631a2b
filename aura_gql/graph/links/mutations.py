"""Asking for links."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.links.inputs import CreateDownloadUrlInput, CreateUploadUrlInput
from aura_gql.graph.links.types import DownloadUrl, UploadUrl
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn


@strawberry.type(description="What `createUploadUrl` did.")
class CreateUploadUrlPayload(Payload):
    """The request, or the errors."""

    upload_url: UploadUrl | None = strawberry.field(default=None, description="The request that brings the bytes.")


@strawberry.type(description="What `createDownloadUrl` did.")
class CreateDownloadUrlPayload(Payload):
    """The link, or the errors."""

    download_url: DownloadUrl | None = strawberry.field(default=None, description="The link to the bytes.")


@strawberry.type
class LinkMutations:
    """The links' part of the root."""

    @strawberry.mutation(
        description=(
            "Announce bytes that are too many for a GraphQL request, and be given the request that brings them. What "
            "became of nothing an hour after it expired is removed."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def create_upload_url(self, info: Info, input: Input[CreateUploadUrlInput]) -> CreateUploadUrlPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        project_id = object_id(input.project_id, "Project", ("projectId",))
        ticket = await info.context.services.tickets.issue(viewer.id, project_id, input.to_record())
        return CreateUploadUrlPayload(upload_url=UploadUrl.from_record(ticket, info.context))

    @strawberry.mutation(
        description=(
            "Make a link by which whoever has it fetches the bytes of a file or an archive of yours, without signing "
            "in."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def create_download_url(self, info: Info, input: Input[CreateDownloadUrlInput]) -> CreateDownloadUrlPayload:
        """Authorise, call, convert."""
        viewer, services = info.context.require_viewer(), info.context.services
        downloads = services.downloads
        if (archive_id := input.archive()) is not None:
            blob = await services.archives.link(viewer.id, archive_id, input.filename)
            link = await downloads.links.make(viewer.id, blob, input.expires_in_s)
        else:
            project_id, path = input.file()
            link = await downloads.link_to_file(
                viewer.id, project_id, path, input.version, input.filename, input.expires_in_s
            )
        return CreateDownloadUrlPayload(download_url=DownloadUrl.from_record(link, info.context))
