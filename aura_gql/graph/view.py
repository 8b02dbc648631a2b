"""GraphQL over HTTP, as its specification of 2025 has it, and the door to the socket."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from aura_gql.auth.records import Viewer
from aura_gql.graph.context import Context
from aura_gql.graph.errors import describe, report, translate
from aura_gql.graph.event_stream import EventStreamResponse, event_stream
from aura_gql.graph.house_schema import HouseSchema
from aura_gql.graph.multipart import UploadLimits
from aura_gql.graph.negotiation import EVENT_STREAM, GRAPHQL_JSON, JSON, Accepted, negotiate, wants_html
from aura_gql.graph.operation_request import (
    ASKING,
    OperationRequest,
    RequestError,
    is_upload,
    read_operation,
)
from aura_gql.graph.origins import may_open_socket, own_origin, refuse_foreign_page
from aura_gql.graph.responses import encode_result, refusal, single
from aura_gql.graph.session_watch import SESSION_ENDED, session_end
from aura_gql.graph.sign_in import sign_in
from aura_gql.graph.upload_slots import UploadSlots
from aura_gql.graph.uploads import discard_uploads, uploads_of
from aura_gql.graph.websocket import SocketAdapter, SocketHandler
from aura_gql.infra.live_connections import LiveConnections, Seat, ServerFull, owner_name
from aura_gql.kernel.errors import ErrorCode, QuotaExceeded, Unauthenticated
from aura_gql.services import Services

REQUEST_ID = "aura.request_id"
"""Where `web.middleware.RequestId` leaves the request's id in the ASGI scope."""

Page = Callable[[Request], Awaitable[Response]]
"""What a browser sees that opens the endpoint."""

_RETRY_AFTER_S = "5"
_ON_GET = frozenset({OperationType.QUERY})
_ON_POST = frozenset({OperationType.QUERY, OperationType.MUTATION})
_PLURALS = {
    OperationType.QUERY: "Queries",
    OperationType.MUTATION: "Mutations",
    OperationType.SUBSCRIPTION: "Subscriptions",
}


class GraphView(GraphQL[Context, None]):
    """The endpoint, for `Route("/graphql", view)` and `WebSocketRoute("/graphql", view)`.

    Every answer is JSON, the refusals too; whatever a client sends, it never gets a status of 500.
    """

    websocket_adapter_class = SocketAdapter
    graphql_transport_ws_handler_class = SocketHandler
    schema: HouseSchema

    def __init__(
        self,
        schema: HouseSchema,
        services: Services,
        *,
        page: Page | None = None,
        allowed_origins: Sequence[str] = (),
        public_url: str | None = None,
        uploads: UploadLimits | None = None,
        live: LiveConnections | None = None,
    ) -> None:
        """`page` answers browsers that open the endpoint; `allowed_origins` may send the user's cookies; links to us
        begin with `public_url`, else with where the request went; `live` counts and bounds what stays open.
        """
        self.live = live or LiveConnections()
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=self.live.limits.init_timeout_s),
            max_subscriptions_per_connection=self.live.limits.max_subscriptions_per_socket,
            allowed_origins=allowed_origins,
        )
        self._services = services
        self._page = page
        self._uploads = uploads or UploadLimits()
        self._upload_slots = UploadSlots(self._uploads.max_at_once_per_user, self._uploads.max_at_once)
        self._origins = frozenset(self.allowed_origins)
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request, or one socket for as long as it lives."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request, scope.get(REQUEST_ID) or uuid4().hex)
            await response(scope, receive, send)
        finally:
            discard_uploads(scope)

    async def get_context(self, request: Request | WebSocket, response: object) -> Context:
        """The context of a socket; who is signed in is known after `connection_init`."""
        request_id = request.scope.get(REQUEST_ID) or uuid4().hex
        context = Context(self._services, request_id, client=_client_of(request), transport="websocket")
        context.traceparent = request.headers.get("traceparent")
        context.origin = self._public_url or own_origin(request)
        return context

    def _check_websocket_origin(self, request: WebSocket) -> bool:
        return may_open_socket(request, self._origins)

    async def _answer(self, request: Request, request_id: str) -> Response:
        accepted = negotiate(", ".join(request.headers.getlist("accept")))
        try:
            return await self._respond(request, accepted, request_id)
        except RequestError as error:
            self.schema.observer.refused(request_id, error.code.value, error.status)
            return refusal(error, accepted, request_id)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            report(error, request_id)
            message, extensions = describe(error)
            code = ErrorCode[str(extensions["code"])]
            status = 503 if code is ErrorCode.DATABASE_UNAVAILABLE else 500
            headers = {"retry-after": "2"} if status == 503 else {}
            return refusal(RequestError(status, message, headers, code), accepted, request_id)

    async def _respond(self, request: Request, accepted: Accepted, request_id: str) -> Response:
        if request.method not in ("GET", "POST"):
            raise RequestError(405, "Use GET or POST.", {"allow": "GET, POST"})
        if self._page and _is_navigation(request):
            return await self._page(request)
        if accepted.media_type is None and not accepted.may_stream:
            raise RequestError(406, f"Accept {GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}.")
        refuse_foreign_page(request, self._origins)
        viewer = await self._uploader(request) if is_upload(request) else None
        operation = self.schema.trusted.resolve(await read_operation(request, self._uploads))
        viewer = viewer or await self._authenticate(request.headers)
        context = Context(self._services, request_id, viewer, _client_of(request))
        context.traceparent = request.headers.get("traceparent")
        context.origin = self._public_url or own_origin(request)
        if accepted.should_stream or accepted.media_type is None:
            return await self._stream(operation, context, request)
        try:
            result = await self._execute(operation, context, request.method)
        except InvalidOperationTypeError as error:
            if error.operation_type is not OperationType.SUBSCRIPTION:
                return refusal(_wrong_method(error.operation_type), accepted, request_id)
            if accepted.may_stream:
                return await self._stream(operation, context, request)
            raise _wrong_method(error.operation_type) from error
        except CannotGetOperationTypeError as error:
            return refusal(RequestError(400, error.as_http_error_reason()), accepted, request_id)
        return single(result, accepted.media_type)

    async def _authenticate(self, headers: Mapping[str, str]) -> Viewer | None:
        try:
            return await sign_in(self._services.auth, headers.get("cookie"), headers.get("authorization"))
        except Unauthenticated as error:
            raise _unauthenticated(error.message) from error

    async def _uploader(self, request: Request) -> Any:
        """Who is signed in; asked before the body is read: strangers get no room on our disk, and others a little."""
        viewer = await self._authenticate(request.headers)
        if viewer is None:
            raise _unauthenticated("Sign in before you upload.")
        uploads_of(request.scope).enter_context(self._upload_slots.taken(viewer.id))
        return viewer

    async def _execute(self, operation: OperationRequest, context: Context, method: str) -> ExecutionResult:
        return await self.schema.execute(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.operation_name,
            allowed_operation_types=_ON_GET if method == "GET" else _ON_POST,
            operation_extensions=operation.extensions,
        )

    async def _stream(self, operation: OperationRequest, context: Context, request: Request) -> Response:
        context.transport = "sse"
        results = await self.schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.operation_name,
            allowed_operation_types={
                *(_ON_GET if request.method == "GET" else _ON_POST),
                OperationType.SUBSCRIPTION,
            },
            operation_extensions=operation.extensions,
        )
        events = event_stream(
            cast(Any, results),
            encode_result,
            lambda error: _failed(error, context),
            self.live.limits.heartbeat_s,
            self._session_end(context),
        )
        return EventStreamResponse(events, self._take_seat(context, request).leave)

    def _take_seat(self, context: Context, request: Request) -> Seat:
        client, viewer = request.client, context.viewer
        try:
            return self.live.subscriptions.take(
                owner_name(viewer.id if viewer else None, client.host if client else None)
            )
        except QuotaExceeded as error:
            status = 503 if isinstance(error, ServerFull) else 429
            raise RequestError(status, error.message, {"retry-after": _RETRY_AFTER_S}, error.code) from error

    def _session_end(self, context: Context) -> Callable[[], Awaitable[ExecutionResult]] | None:
        """Waits for the viewer's session to end, then gives a stream's last result; None where nobody is signed in."""
        viewer = context.viewer
        if viewer is None:
            return None

        async def ended() -> ExecutionResult:
            await session_end(self._services.auth, viewer, self.live.limits.session_check_s, lambda: True)
            return _failed(Unauthenticated(SESSION_ENDED), context)

        return ended


def _client_of(request: Request | WebSocket) -> str:
    return request.client.host if request.client else ""


def _failed(error: Exception, context: Context) -> ExecutionResult:
    return PreExecutionError(data=None, errors=[translate(GraphQLError("", original_error=error), context.request_id)])


def _is_navigation(request: Request) -> bool:
    asks = any(name in request.query_params for name in ASKING)
    return request.method == "GET" and not asks and wants_html(request.headers.get("accept"))


def _wrong_method(operation_type: OperationType) -> RequestError:
    if operation_type is OperationType.SUBSCRIPTION:
        return RequestError(400, f"Subscriptions need the {GRAPHQL_TRANSPORT_WS_PROTOCOL} socket, or {EVENT_STREAM}.")
    return RequestError(405, f"{_PLURALS[operation_type]} need POST.", {"allow": "POST"})


def _unauthenticated(message: str) -> RequestError:
    return RequestError(401, message, {"www-authenticate": "Bearer"}, ErrorCode.UNAUTHENTICATED)
