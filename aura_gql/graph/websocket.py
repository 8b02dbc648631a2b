"""`graphql-transport-ws`, to the letter."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, suppress
from typing import Any, Protocol, cast

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PingMessage,
    SubscribeMessage,
)
from strawberry.types.execution import ExecutionResult
from strawberry.utils.aio import aclosing

from aura_gql.graph.context import Context
from aura_gql.graph.errors import describe, report
from aura_gql.graph.house_schema import HouseSchema
from aura_gql.graph.operation_request import RequestError
from aura_gql.graph.results import has_no_source
from aura_gql.graph.session_watch import SESSION_ENDED, session_end
from aura_gql.graph.sign_in import WRONG_BEARER, sign_in
from aura_gql.graph.socket_messages import UNSPEAKABLE, Unspeakable, authorization_of, complaint_about, decode_message
from aura_gql.infra.live_connections import LiveConnections, Seat, owner_name
from aura_gql.infra.mongo import is_database_unavailable
from aura_gql.kernel.close_codes import CloseCode
from aura_gql.kernel.errors import ErrorCode, QuotaExceeded, Unauthenticated

FAIR_SHARE = 64

# Longer than what an operation does on its way out.
_INSIST_S = 5.0


class LiveView(Protocol):
    """What a connection needs of the view that it came by."""

    live: LiveConnections


class SocketAdapter(ASGIWebSocketAdapter):
    """Text messages of JSON; a client that is gone is one exception, whoever notices first."""

    _sent = 0

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Each message of the client, until it goes."""
        while self.ws.application_state is not WebSocketState.DISCONNECTED:
            message = await self.ws.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                raise NonTextMessageReceived
            try:
                decoded = decode_message(text)
            except ValueError as error:
                raise NonJsonMessageReceived from error
            yield decoded

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message; every 64 messages let others run, since a writable socket never makes the sender wait."""
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, RuntimeError) as error:
            if isinstance(error, RuntimeError) and self.is_open():
                raise
            raise WebSocketDisconnected from error
        self._sent += 1
        if self._sent % FAIR_SHARE == 0:
            await asyncio.sleep(0)

    async def close(self, code: int, reason: str) -> None:
        """Close with a code and a reason of at most 123 bytes; a socket that is closed stays so."""
        if self.is_open():
            with suppress(WebSocketDisconnect, RuntimeError):
                await self.ws.close(code, reason.encode()[:123].decode(errors="ignore"))

    def is_open(self) -> bool:
        """Whether neither side has closed it."""
        states = (self.ws.application_state, self.ws.client_state)
        return WebSocketState.DISCONNECTED not in states


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection. What Strawberry's handler takes too lightly, this one takes to the letter."""

    schema: HouseSchema
    _session_watch: asyncio.Task[None] | None = None
    _operations_begun = 0
    _seat: Seat

    async def handle(self) -> None:
        """Serve the connection to its end; one too many is closed with 1013, which asks to try again later."""
        with ExitStack() as stack:
            try:
                self._seat = stack.enter_context(self._live.sockets.seat(self._owner()))
            except QuotaExceeded as error:
                await self.websocket.close(CloseCode.TRY_LATER, error.message)
                return
            await super().handle()

    async def handle_message(self, message: Message) -> None:
        """Refuse shapes that the protocol does not know with 4400, then go on."""
        if complaint := complaint_about(message):
            await self.handle_invalid_message(complaint)
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Sign in by the payload's bearer, else by the handshake's headers. A bearer that is wrong closes with 4403."""
        if self.connection_init_received:
            await self.websocket.close(CloseCode.TOO_MANY_INITS, "Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        given = authorization_of(message.get("payload") or {})
        headers = self._adapter.ws.headers
        try:
            self.context.viewer = await sign_in(
                self.context.services.auth, headers.get("cookie"), given or headers.get("authorization")
            )
            if given and self.context.viewer is None:
                raise Unauthenticated(WRONG_BEARER)
        except Unauthenticated as error:
            await self.websocket.close(CloseCode.WRONG_BEARER, error.message)
            return
        except Exception as error:
            report(error, self.context.request_id)
            code = CloseCode.TRY_LATER if is_database_unavailable(error) else CloseCode.INTERNAL
            await self.websocket.close(code, describe(error)[0])
            return
        try:
            self._seat.move(self._owner())
        except QuotaExceeded as error:
            await self.websocket.close(CloseCode.TRY_LATER, error.message)
            return
        await self.send_message({"type": "connection_ack"})
        self.connection_acknowledged = True
        if self.context.viewer:
            self._session_watch = asyncio.create_task(self._watch_session())

    async def handle_ping(self, message: PingMessage) -> None:
        """Answer with the payload that came, so that whoever pings can tell the answers apart."""
        payload = message.get("payload")
        await self.send_message({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation, unless too many run or there is no document for it."""
        if self.connection_acknowledged and message["id"] not in self.operations:
            limit = self.max_subscriptions_per_connection
            if limit == len(self.operations):
                reason = f"At most {limit} operations may run on one connection."
                await self._refuse(message["id"], reason, ErrorCode.QUOTA_EXCEEDED)
                return
            if isinstance(cast(object, message), Unspeakable):
                await self._refuse(message["id"], f"{UNSPEAKABLE}.", ErrorCode.BAD_REQUEST)
                return
            payload = message["payload"]
            try:
                query = self.schema.trusted.resolve_payload(payload)
            except RequestError as error:
                await self._refuse(message["id"], error.message, error.code)
                return
            message = {**message, "payload": {**payload, "query": query}}
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run it in a context of its own. Whatever goes wrong ends this operation, not the connection."""
        self._operations_begun += 1
        context = self.context.for_operation(f"{self.context.request_id}.{self._operations_begun}")
        try:
            seat = self._live.subscriptions.take(self._owner())
        except QuotaExceeded as error:
            self.schema.observer.refused(context.request_id, error.code.value)
            await self._fail(operation, error, context.request_id)
            return
        try:
            await self._relay(operation, context)
        except WebSocketDisconnected:
            return
        except Exception as error:
            await self._fail(operation, error, context.request_id)
        finally:
            seat.leave()

    async def cleanup_operation(self, operation_id: str) -> None:
        """End an operation, and insist: a query that ends in the same moment can swallow the cancellation."""
        operation = self.operations.get(operation_id)
        await super().cleanup_operation(operation_id)
        if operation is not None and operation.task is not None:
            _insist(operation.task)

    async def shutdown(self) -> None:
        """Stop watching and end all operations, generators included, before the connection is forgotten."""
        if self._session_watch:
            self._session_watch.cancel()
        await super().shutdown()

    async def handle_task_exception(self, error: Exception) -> None:
        """Keep quiet about a client that is gone: that is no fault of ours."""
        if not isinstance(error, WebSocketDisconnected):
            report(error, self.context.request_id)

    async def _fail(self, operation: Operation[Context, None], error: Exception, request_id: str) -> None:
        message, extensions = describe(error)
        if extensions["code"] in (ErrorCode.INTERNAL, ErrorCode.DATABASE_UNAVAILABLE):
            report(error, request_id)
        failure = GraphQLError(message, extensions={**extensions, "requestId": request_id})
        if self._is_wanted(operation):
            with suppress(WebSocketDisconnected):
                await operation.send_initial_errors([failure])

    async def _refuse(self, id: str, reason: str, code: ErrorCode) -> None:
        self.schema.observer.refused(self.context.request_id, code.value)
        error = GraphQLError(reason, extensions={"code": code.value, "requestId": self.context.request_id})
        await self.send_message({"id": id, "type": "error", "payload": [error.formatted]})

    async def _relay(self, operation: Operation[Context, None], context: Context) -> None:
        results = await self.schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.operation_name,
        )
        async with aclosing(cast(Any, results)) as stream:
            async for result in cast("AsyncGenerator[ExecutionResult, None]", stream):
                if not self._is_wanted(operation):
                    return
                if has_no_source(result):
                    await operation.send_initial_errors(result.errors or [])
                    return
                await operation.send_next(result)
        if self._is_wanted(operation):
            await operation.send_operation_message({"id": operation.id, "type": "complete"})

    def _is_wanted(self, operation: Operation[Context, None]) -> bool:
        """Whether the client has not completed it; another of the same id may have begun meanwhile."""
        return self.operations.get(operation.id) is operation

    async def _watch_session(self) -> None:
        """Close with 4401 when the session expires or is signed out, soon after it happens."""
        auth, viewer = self.context.services.auth, self.context.require_viewer()
        await session_end(auth, viewer, self._live.limits.session_check_s, self._adapter.is_open)
        await self.websocket.close(CloseCode.UNAUTHORIZED, SESSION_ENDED)

    @property
    def _adapter(self) -> SocketAdapter:
        return cast(SocketAdapter, self.websocket)

    @property
    def _live(self) -> LiveConnections:
        return cast(LiveView, self.view).live

    def _owner(self) -> str:
        client, viewer = self._adapter.ws.client, self.context.viewer
        return owner_name(viewer.id if viewer else None, client.host if client else None)


def _insist(task: asyncio.Task[None]) -> None:
    """Cancel a task again as long as it goes on."""

    def look() -> None:
        if not task.done():
            task.cancel()
            _insist(task)

    asyncio.get_running_loop().call_later(_INSIST_S, look)
