"""Previews, as clients see them."""

from datetime import datetime
from typing import Self

import strawberry

from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.previews.records import MadePreview, PreviewRecord


@strawberry.type(
    description="An address at which a browser reaches a port of a sandbox: whoever knows it may use it, until it ends."
)
class PreviewUrl(Node):
    """A preview record on the wire."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox that it leads to.")
    port: int = strawberry.field(description="The TCP port in the sandbox that it leads to, and no other.")
    url: str | None = strawberry.field(
        description=(
            "The address, an origin of its own with all its paths. Only the answer of the `createPreviewUrl` that made "
            "it has it: later it is null, because the server keeps a digest of it and nothing else."
        )
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(
        description="When it ends by itself; connections through it are closed then. With the sandbox it ends earlier."
    )
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null where it was not.")

    @classmethod
    def from_record(cls, record: PreviewRecord, url: str | None = None) -> Self:
        """The preview that `record` describes."""
        return cls(
            id=to_global_id("PreviewUrl", record.id),
            sandbox_id=to_global_id("Sandbox", record.sandbox_id),
            port=record.port,
            url=url,
            created_at=record.created_at,
            expires_at=record.expires_at,
            revoked_at=record.revoked_at,
        )

    @classmethod
    def from_made(cls, made: MadePreview) -> Self:
        """The preview that was made just now, with its address."""
        return cls.from_record(made.preview, made.url)
