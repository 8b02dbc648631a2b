"""Which pages of other origins may read our answers, as their browsers are to be told."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from aura_gql.kernel.errors import ErrorCode
from aura_gql.web.refusals import REQUEST_ID, refusal


class CrossOrigin(CORSMiddleware):
    """Grants for the origins that are allowed, and not a word about any for the others.

    Starlette's own tells them too that credentials are allowed and what they could read if they were.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if origin is None or self.is_allowed_origin(origin):
            await super().__call__(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            message, vary = "Pages on this origin may not read our answers.", {"vary": "Origin"}
            answer = refusal(403, message, ErrorCode.FORBIDDEN, scope.get(REQUEST_ID, ""), vary)
            await answer(scope, receive, send)
        else:
            # As to a request that tells no origin.
            await self.simple_response(scope, receive, send, request_headers=Headers())
