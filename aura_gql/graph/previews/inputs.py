"""What clients send about previews."""

import strawberry

from aura_gql.graph.payload import key_description


@strawberry.input(description="What to make an address for with `createPreviewUrl`.")
class CreatePreviewUrlInput:
    """A wish for a preview."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox, which has not ended.")
    port: int = strawberry.field(
        description="A TCP port in it, 1 to 65535. Its server may start later; `Sandbox.ports` tells those that run."
    )
    expires_in_s: int | None = strawberry.field(
        default=None,
        description="Seconds that it lasts, 60 to 86400; 3600 where left out. It ends with its sandbox.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description=key_description("the first address, whose `url` is null then,", "making two"),
    )


@strawberry.input(description="Which address to end with `revokePreviewUrl`.")
class RevokePreviewUrlInput:
    """A preview to end."""

    preview_url_id: strawberry.ID = strawberry.field(description="The id of the address, from `createPreviewUrl`.")
