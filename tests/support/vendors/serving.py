"""A vendor's servers on loopback, with what goes wrong on the way to them."""

import asyncio
import re
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.vendors.faults import WEBSOCKET, Fault, Faults
from tests.support.waiting import until

_SHUTDOWN_S = 2
# With a linger of nothing, closing a socket resets its connection.
_RESET = struct.pack("ii", 1, 0)


@dataclass(slots=True, eq=False)
class _Exchange:
    """One request on its way; `hang_up` ends its connection, `has_ended` says that it has."""

    path: str
    hang_up: Callable[..., None]
    told: int = 0
    heard: int = 0
    has_ended: bool = field(default=False)

    def end(self, *, reset: bool = False) -> None:
        self.has_ended = True
        self.hang_up(reset=reset)


class VendorServer:
    """Serves an application within its context at `url`, and does what `faults` say besides."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app, self._faults = app, faults
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._exchanges = set[_Exchange]()
        self._closing = asyncio.Event()
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            proxy_headers=False,
            lifespan="off",
            log_config=None,
            # Faults end their answers before their time, of which it would complain.
            log_level="critical",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=_SHUTDOWN_S,
        )
        self._server = uvicorn.Server(config)

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    async def __aenter__(self) -> Self:
        # Connections inherit it: an answer in several pieces would wait for the client's acknowledgement else.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        await until(lambda: self._server.started)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closing.set()
        self.cut(".*")
        self._server.should_exit = True
        await self._serving
        self._listener.close()

    def cut(self, path: str) -> int:
        """Reset the connection of every exchange under way whose path matches a pattern as a whole; how many."""
        pattern = re.compile(path)
        matching = [exchange for exchange in self._exchanges if pattern.fullmatch(exchange.path)]
        for exchange in matching:
            exchange.end(reset=True)
        return len(matching)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = WEBSOCKET if scope["type"] == "websocket" else scope["method"]
        fault = self._faults.met(method, scope["path"])
        exchange = _Exchange(scope["path"], self._hanging_up(scope))
        self._exchanges.add(exchange)
        try:
            await self._serve(fault, exchange, scope, receive, send)
        finally:
            self._exchanges.discard(exchange)

    async def _serve(self, fault: Fault, exchange: _Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        await self._held(fault.before)
        if fault.is_reset:
            exchange.end(reset=True)
            return
        telling = self._telling(fault, exchange, send)
        if fault.status is not None:
            await _refuse(fault, scope, receive, telling)
            return
        await self._app(scope, self._hearing(fault, exchange, receive), telling)
        if fault.is_lost:
            exchange.end(reset=True)

    def _hearing(self, fault: Fault, exchange: _Exchange, receive: Receive) -> Receive:
        async def heard() -> Message:
            message = await receive()
            exchange.heard += len(message.get("bytes") or message.get("text") or "")
            if fault.cut_request_at is not None and exchange.heard > fault.cut_request_at:
                exchange.end()
                return {"type": "websocket.disconnect", "code": 1006}
            return message

        return heard

    def _telling(self, fault: Fault, exchange: _Exchange, send: Send) -> Send:
        async def told(message: Message) -> None:
            await self._held(fault.behind)
            if fault.is_lost or exchange.has_ended:
                return
            data = message.get("body") or message.get("bytes") or message.get("text") or b""
            if fault.cut_at is None or exchange.told + len(data) <= fault.cut_at:
                exchange.told += len(data)
                await send(message)
                return
            if message["type"] == "http.response.body":
                await send({**message, "body": data[: fault.cut_at - exchange.told], "more_body": True})
            exchange.end()

        return told

    async def _held(self, event: asyncio.Event | None) -> None:
        """Wait for an event, or for the end of this server."""
        if event is None or event.is_set():
            return
        waiting = [asyncio.create_task(event.wait()), asyncio.create_task(self._closing.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    def _hanging_up(self, scope: Scope) -> Callable[..., None]:
        """What ends the connection of a request, by a reset or behind what was written."""
        client = tuple(scope["client"])
        connections: set[Any] = self._server.server_state.connections
        transport = next(known.transport for known in connections if known.client == client)

        def hang_up(*, reset: bool) -> None:
            if not reset:
                transport.close()
                return
            if not transport.is_closing():
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()

        return hang_up


async def _refuse(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the fault's status, also where a WebSocket is wanted."""
    headers = {"content-length": str(len(fault.body)), **fault.headers}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    while scope["type"] == "http" and (await receive()).get("more_body"):
        pass
    await send({"type": f"{kind}.start", "status": fault.status, "headers": encoded})
    await send({"type": f"{kind}.body", "body": fault.body})
