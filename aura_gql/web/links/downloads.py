"""`GET /blobs/{token}`: the bytes behind a signed link, streamed."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from aura_gql.kernel.errors import ErrorCode
from aura_gql.storage.blob_links import BlobLinks
from aura_gql.storage.signing import DownloadClaim
from aura_gql.web.links.answers import Answer, answer_to
from aura_gql.web.links.ranges import Span
from aura_gql.web.links.refusing import refused
from aura_gql.web.links.slots import TransferSlots
from aura_gql.web.refusals import REQUEST_ID, refusal

_log = logging.getLogger(__name__)


class BlobDownloads:
    """The endpoint of a route with `{token}`, for GET and HEAD. It needs no session and sets no cookie."""

    def __init__(self, links: BlobLinks, slots: TransferSlots) -> None:
        self._links = links
        self._slots = slots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. A blob that turns out to be damaged never ends as if it were whole: it is cut."""
        request = Request(scope)
        stream = _Stream(receive, send)
        try:
            claim = await self._links.claimed(request.path_params["token"])
            answer = answer_to(request.method, request.headers, claim)
            if answer.span is None:
                await _without_body(request, answer)(scope, receive, send)
                return
            with self._slots.take(claim.user_id):
                async with aclosing(self._pieces(claim, answer.span)) as pieces:
                    await stream.pass_on(answer, answer.span.length, pieces)
        except Exception as error:
            if not stream.is_started:
                await refused(request, error)(scope, receive, send)
                return
            _log.error("A download was cut: %s: %s", type(error).__name__, error)

    async def _pieces(self, claim: DownloadClaim, span: Span) -> AsyncGenerator[bytes, None]:
        # All of it is asked for as a whole: only that is checked.
        is_whole = span.length == claim.size
        pieces = self._links.read(claim) if is_whole else self._links.read(claim, span.start, span.length)
        try:
            async for piece in pieces:
                yield piece
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()


class _Stream:
    """One body on its way out, a piece at a time: the next is read when the client has taken the one before."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.is_started = False

    async def pass_on(self, answer: Answer, length: int, pieces: AsyncGenerator[bytes, None]) -> None:
        """Send all `length` bytes; what goes wrong before the first piece is raised before anything is sent."""
        piece = await anext(pieces, None)
        self.is_started = True
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})
        gone = asyncio.create_task(self._until_gone())
        left = length
        try:
            while piece is not None and not gone.done():
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
                left -= len(piece)
                piece = await anext(pieces, None)
        finally:
            gone.cancel()
        if not left and not gone.done():
            await self._send({"type": "http.response.body"})

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _without_body(request: Request, answer: Answer) -> Response:
    if answer.status == 416:
        message = "The range begins behind the end."
        return refusal(416, message, ErrorCode.BAD_REQUEST, request.scope.get(REQUEST_ID, ""), answer.headers)
    response = Response(status_code=answer.status)
    # A HEAD's length is that of the body which it leaves out.
    response.raw_headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    return response
