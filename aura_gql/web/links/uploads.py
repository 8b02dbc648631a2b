"""`PUT /uploads/{token}`: the bytes of an upload by ticket, on their way into the blob store."""

import asyncio
from collections.abc import AsyncIterator
from time import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from aura_gql.files.staging.service import UploadTickets
from aura_gql.kernel.errors import ErrorCode
from aura_gql.storage.signing import UPLOADS, UploadClaim
from aura_gql.web.links.refusing import BadTransfer, refused
from aura_gql.web.links.slots import TransferSlots


def is_upload(scope: Scope) -> bool:
    """Whether a request is one whose body this endpoint bounds by itself."""
    return scope["type"] == "http" and scope["method"] == "PUT" and str(scope["path"]).startswith(UPLOADS)


class StagedUploads:
    """The endpoint of a route with `{token}`, for PUT. It needs no session.

    It takes exactly the bytes that the ticket announces, under its media type, before it expires; anything else is
    refused before the body is read, or leaves nothing. The same request again replaces the bytes by themselves.
    """

    def __init__(self, tickets: UploadTickets, slots: TransferSlots) -> None:
        self._tickets = tickets
        self._slots = slots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        try:
            response = await self._take(request)
        except _Gone:
            return
        except Exception as error:
            response = refused(request, error)
        await response(scope, receive, send)

    async def _take(self, request: Request) -> Response:
        claim = await self._tickets.claimed(request.path_params["token"])
        _check_head(request, claim)
        with self._slots.take(claim.user_id):
            try:
                async with asyncio.timeout(claim.expires_at - time()):
                    await self._tickets.receive(claim, _body(request.receive))
            except TimeoutError:
                message = "The bytes did not arrive before the link expired."
                raise BadTransfer(408, message, ErrorCode.TIMEOUT) from None
        return Response(status_code=204, headers={"etag": f'"{claim.sha256}"', "cache-control": "no-store"})


class _Gone(Exception):
    """The client hung up in the middle of the body, so there is nobody to answer."""


def _check_head(request: Request, claim: UploadClaim) -> None:
    """BadTransfer unless a body of the promised length and type follows."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()) or "transfer-encoding" in request.headers:
        raise BadTransfer(400, f"Send `Content-Length: {claim.size}`, and no `Transfer-Encoding`.")
    if length.lstrip("0") != str(claim.size):
        status = 413 if len(length.lstrip("0")) > 18 or int(length) > claim.size else 400
        raise BadTransfer(status, f"This upload has {claim.size} bytes, neither more nor fewer.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise BadTransfer(415, "Send the bytes as they are, without a `Content-Encoding`.")
    if request.headers.get("content-type", "").strip().lower() != claim.content_type:
        raise BadTransfer(415, f"Send `Content-Type: {claim.content_type}`, as the upload announces.")


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        has_more = message.get("more_body", False)
        if body := message.get("body", b""):
            yield body
