"""What every HTTP request passes through, as plain ASGI: an id, security headers, a bound on its body."""

import re
from collections.abc import Callable
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aura_gql.infra.byte_room import ByteRoom
from aura_gql.infra.live_connections import owner_name
from aura_gql.kernel.errors import ErrorCode
from aura_gql.web.refusals import REQUEST_ID, refusal

DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024
FREE_BYTES = 64 * 1024
"""Of each body, which have their place whatever else there is: few bodies are longer."""

LONGEST_AT_ONCE = 32
LONGEST_AT_ONCE_PER_ADDRESS = 8
"""Bodies of the greatest length that are in memory at a time."""

_REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")

_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class RequestId:
    """Names each request and socket: in the scope, in the log, and as `X-Request-Id` of the answer.

    A proxy in front may name it first, in the same header.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Around `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID_FORM.fullmatch(given) else uuid4().hex
        scope[REQUEST_ID] = request_id

        async def send_named(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                MutableHeaders(raw=message.setdefault("headers", []))["x-request-id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_named)


class SecurityHeaders:
    """Headers that tell browsers to be strict; an answer that sets one itself, as GraphiQL's page does, keeps it.

    Who came by https, as a proxy that is trusted may tell, is to come by nothing else from then on.
    """

    def __init__(self, app: ASGIApp, hsts_max_age_s: int = 0) -> None:
        """Around `app`; browsers are to keep to https for so many seconds, or as they like with 0."""
        self._app = app
        self._by_https = dict(_SECURITY_HEADERS)
        if hsts_max_age_s:
            self._by_https["strict-transport-security"] = f"max-age={hsts_max_age_s}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        strict = self._by_https if scope.get("scheme") == "https" else _SECURITY_HEADERS

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in strict.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_secured)


class BodyLimit:
    """Answers 413 to a body that is longer than allowed, whether it says so or not, and 503 where all together are.

    A body is held as long as its request lasts, and a stranger may send it as slowly as he likes. Forms with files,
    which are not kept in memory, have a bound of their own; so have those that `is_streamed` knows, which pass.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
        max_form_bytes: int | None = None,
        is_streamed: Callable[[Scope], bool] = lambda scope: False,
    ) -> None:
        """Around `app`."""
        self._app = app
        self._is_streamed = is_streamed
        self._max_body_bytes = max_body_bytes
        self._max_form_bytes = max_body_bytes if max_form_bytes is None else max_form_bytes
        self.room = ByteRoom(LONGEST_AT_ONCE * max_body_bytes, LONGEST_AT_ONCE_PER_ADDRESS * max_body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or self._is_streamed(scope):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_form = headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"
        limit = self._max_form_bytes if is_form else self._max_body_bytes
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            await self._refuse(scope, send, _BodyTooLong())
            return
        owner = owner_name(None, scope["client"][0] if scope.get("client") else None)
        received, held, started = 0, 0, False

        async def receive_bounded() -> Message:
            nonlocal received, held
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _BodyTooLong
            more = 0 if is_form else max(0, received - FREE_BYTES) - held
            if more:
                if not self.room.take(owner, more):
                    raise _NoRoom
                held += more
            return message

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive_bounded, send_watched)
        except (_BodyTooLong, _NoRoom) as refused:
            if not started:
                await self._refuse(scope, send, refused)
        finally:
            if held:
                self.room.release(owner, held)

    async def _refuse(self, scope: Scope, send: Send, why: BaseException) -> None:
        request_id, headers = scope.get(REQUEST_ID, ""), {"connection": "close"}
        if isinstance(why, _NoRoom):
            message, headers = "The server holds as many long bodies as it can; try again soon.", {"retry-after": "2"}
            answer = refusal(503, message, ErrorCode.OVERLOADED, request_id, {"connection": "close", **headers})
        else:
            message = f"The body may have {self._max_body_bytes} bytes."
            answer = refusal(413, message, ErrorCode.BAD_REQUEST, request_id, headers)
        await answer(scope, _nothing, send)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


class _BodyTooLong(BaseException):
    """Passes by every handler of ordinary exceptions on its way out."""


class _NoRoom(BaseException):
    """Likewise."""
