"""HTTP/1.1 with bounds on clients that are long, slow or many: uvicorn has none of these with httptools."""

import asyncio
from functools import partial
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from aura_gql.commands.http_answer import refusal
from aura_gql.commands.http_bounds import HttpBounds
from aura_gql.commands.stalling import StallClock
from aura_gql.kernel.errors import ErrorCode

MAX_HEAD_BYTES = 64 * 1024
"""Of a request line with its headers, or of the trailers behind a body; beyond, up to one read of the socket more."""

MAX_PIPELINED = 32
"""Requests that may wait on one connection for the answer to the one before them."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection. A client that exceeds a bound is told so in JSON where it may still listen, then hung up on."""

    transport: asyncio.Transport
    _timer: asyncio.TimerHandle | None = None
    _stall: StallClock
    _is_in_body = False
    _is_socket = False
    _is_surplus = False
    _waiting_bytes = 0
    _body_bytes = 0
    _since = 0.0

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        bounds: HttpBounds | None = None,
    ) -> None:
        """As uvicorn makes it, but for the `bounds`."""
        super().__init__(config, server_state, app_state, _loop)
        self._bounds = bounds or HttpBounds()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head; a connection too many will be refused once it says something."""
        super().connection_made(transport)
        bounds = self._bounds
        least_bytes = bounds.min_body_rate * bounds.send_timeout_s
        self._stall = StallClock(transport, bounds.send_timeout_s, transport.abort, least_bytes)
        self._is_surplus = len(self.connections) > self._bounds.max_connections
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_reading_timer()
        self._stall.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless too much has come to nothing yet."""
        if self._is_surplus:
            self._refuse(503, "The server has as many connections as it can; try again soon.", ErrorCode.OVERLOADED)
            return
        if self._waiting_bytes > MAX_HEAD_BYTES:
            self.send_400_response("The headers are too long.")
            return
        self._waiting_bytes += len(data)
        super().data_received(data)
        if self._is_socket or self.transport.is_closing():
            self._stop_reading_timer()
        elif self._is_in_body:
            self._await_body()
        elif self.cycle is None or self.cycle.response_complete:
            self._await_head()
        else:
            self._stop_reading_timer()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to another protocol."""
        self._is_socket = True
        super().handle_websocket_upgrade()

    def on_headers_complete(self) -> None:
        """Begin to count anew; one request too many is an error of the parser, which reads no further."""
        self._stop_reading_timer()
        if len(self.pipeline) >= MAX_PIPELINED:
            raise httptools.HttpParserError
        self._waiting_bytes = self._body_bytes = 0
        self._is_in_body = True
        super().on_headers_complete()
        if self.cycle is not None and self.parser.should_upgrade():
            # To another protocol than ours: the parser does not read a body then, so nobody knows what follows.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Begin to count anew."""
        self._waiting_bytes = 0
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin to count anew."""
        self._stop_reading_timer()
        self._waiting_bytes = 0
        self._is_in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the client to take what is left of the answer, where the connection ends with it."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._stall.start()

    def timeout_keep_alive_handler(self) -> None:
        """Hang up on a client that asks for nothing more, also where it never took the last answer."""
        super().timeout_keep_alive_handler()
        self._stall.start()

    def pause_writing(self) -> None:
        """Wait for the client to take what it asked for."""
        super().pause_writing()
        self._stall.start()

    def resume_writing(self) -> None:
        """The client has taken enough."""
        self._stall.stop()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self._refuse(400, msg, ErrorCode.BAD_REQUEST)

    def _should_upgrade(self) -> bool:
        # A socket is asked for by GET; of anything else the other protocol would make nothing, and never answer.
        return self.scope["method"] == "GET" and super()._should_upgrade()

    def _await_head(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self._bounds.head_timeout_s, self._refuse_slowness)

    def _await_body(self) -> None:
        if self._timer is None:
            self._since = self.loop.time()
            self._timer = self.loop.call_later(self._bounds.body_timeout_s, self._check_body)

    def _check_body(self) -> None:
        if self.flow.read_paused:
            # It is we who do not read, so it has all its time again.
            self._since = self.loop.time()
        allowed = self._bounds.body_timeout_s + self._body_bytes / self._bounds.min_body_rate
        left = self._since + allowed - self.loop.time()
        if left > 0:
            self._timer = self.loop.call_later(left, self._check_body)
        else:
            self._refuse_slowness()

    def _stop_reading_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse_slowness(self) -> None:
        if self.cycle is None and not self._waiting_bytes:
            self.transport.close()  # It never began, as connections that browsers open to have them at hand.
            return
        self._refuse(408, "The request took too long to arrive.", ErrorCode.TIMEOUT)

    def _refuse(self, status: int, message: str, code: ErrorCode) -> None:
        """Answer where nothing has been answered yet; what serves the request learns that nobody waits for it."""
        self._stop_reading_timer()
        cycle = self.cycle
        is_served = cycle is not None and not cycle.response_complete
        is_answered = cycle.response_started if is_served else self._is_in_body
        if not is_answered and not self.transport.is_closing():
            self.transport.write(refusal(status, message, code))
        self.transport.close()
        if is_served:
            cycle.disconnected = True
            cycle.message_event.set()


def bounded_http(bounds: HttpBounds) -> type[asyncio.Protocol]:
    """What uvicorn's configuration takes as the class of its connections."""
    return cast(type[asyncio.Protocol], partial(BoundedHttpProtocol, bounds=bounds))
