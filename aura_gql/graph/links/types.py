"""Signed links, as clients see them."""

from datetime import datetime
from typing import Self

import strawberry

from aura_gql.files.staging.records import IssuedTicket
from aura_gql.graph.context import Context
from aura_gql.graph.nodes import to_global_id
from aura_gql.graph.scalars import Long
from aura_gql.storage.blob_links import DownloadLink


@strawberry.type(description="A header that a request must have, just so.")
class RequestHeader:
    """A header on the wire."""

    name: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value.")


@strawberry.type(
    description=(
        "The request that brings the bytes of an upload. It needs no session: whoever has it may bring these bytes, "
        "and no others, until it expires."
    )
)
class UploadUrl:
    """A ticket on the wire."""

    id: strawberry.ID = strawberry.field(
        description="The id of the upload: pass it as `uploadId` once the bytes are there. It works once."
    )
    url: str = strawberry.field(description="Where to send the bytes, as the whole body.")
    method: str = strawberry.field(description="The method of the request: `PUT`.")
    headers: list[RequestHeader] = strawberry.field(
        description="The headers that it must have; `Content-Length` besides, which browsers add by themselves."
    )
    expires_at: datetime = strawberry.field(description="By when the bytes must have arrived.")

    @classmethod
    def from_record(cls, ticket: IssuedTicket, context: Context) -> Self:
        """The request that `ticket` describes, as the client of this operation can send it."""
        headers = [RequestHeader(name=name, value=value) for name, value in ticket.request.headers.items()]
        return cls(
            id=to_global_id("UploadUrl", ticket.id),
            url=context.absolute(ticket.request.url),
            method=ticket.request.method,
            headers=headers,
            expires_at=ticket.expires_at,
        )


@strawberry.type(
    description=(
        "A link to bytes. It needs no session: whoever has it may fetch them until it expires, whole or in ranges. "
        "Browsers keep them as a file and never show them."
    )
)
class DownloadUrl:
    """A link on the wire."""

    url: str = strawberry.field(description="Where they are, for GET and HEAD.")
    expires_at: datetime = strawberry.field(description="When the link ends; what has begun by then goes on.")
    size: Long = strawberry.field(description="How many bytes they are.")
    sha256: str = strawberry.field(description="Their SHA-256 in hexadecimal, to check what came.")
    content_type: str = strawberry.field(description="The media type under which they are sent.")
    filename: str = strawberry.field(description="The name under which a browser keeps them.")

    @classmethod
    def from_record(cls, link: DownloadLink, context: Context) -> Self:
        """The link that `link` describes, as the client of this operation can follow it."""
        return cls(
            url=context.absolute(link.url),
            expires_at=link.expires_at,
            size=Long(link.blob.size),
            sha256=link.blob.key.sha256,
            content_type=link.blob.content_type,
            filename=link.blob.filename,
        )
