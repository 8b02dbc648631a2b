"""Making and revoking previews."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.previews.inputs import CreatePreviewUrlInput, RevokePreviewUrlInput
from aura_gql.graph.previews.types import PreviewUrl


@strawberry.type(description="What `createPreviewUrl` did.")
class CreatePreviewUrlPayload(Payload):
    """The preview, or the errors."""

    preview_url: PreviewUrl | None = strawberry.field(default=None, description="The address, with its `url`.")


@strawberry.type(description="What `revokePreviewUrl` did.")
class RevokePreviewUrlPayload(Payload):
    """The preview, or the errors."""

    preview_url: PreviewUrl | None = strawberry.field(default=None, description="The address, with its `revokedAt`.")


@strawberry.type
class PreviewMutations:
    """The previews room's part of the root."""

    @strawberry.mutation(
        description=(
            "Make an address at which a browser reaches what listens on a port of a sandbox, WebSockets included. It "
            "needs no sign-in: whoever is given it may use it until it ends. Its use counts as the sandbox's."
        ),
        permission_classes=[SignedIn],
    )
    @settled
    async def create_preview_url(self, info: Info, input: Input[CreatePreviewUrlInput]) -> CreatePreviewUrlPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        sandbox_id = object_id(input.sandbox_id, "Sandbox", ("sandboxId",))
        service = info.context.services.previews
        made = await service.create(viewer.id, sandbox_id, input.port, input.expires_in_s, input.idempotency_key)
        return CreatePreviewUrlPayload(preview_url=PreviewUrl.from_made(made))

    @strawberry.mutation(
        description="End an address, and every connection through it. Revoking one that has ended changes nothing.",
        permission_classes=[SignedIn],
    )
    @settled
    async def revoke_preview_url(self, info: Info, input: Input[RevokePreviewUrlInput]) -> RevokePreviewUrlPayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        preview_id = object_id(input.preview_url_id, "PreviewUrl", ("previewUrlId",))
        record = await info.context.services.previews.revoke(viewer.id, preview_id)
        return RevokePreviewUrlPayload(preview_url=PreviewUrl.from_record(record))
