"""Metrics: counting what passes by over HTTP, and showing everything that is counted to Prometheus."""

from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aura_gql.infra.metrics import Metrics


class Counted:
    """Counts requests by the status of their answer, and sockets by the code that the server closed them with."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Around `app`."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "http":
            await self._serve_request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _serve_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_answered = False

        async def send_counted(message: Message) -> None:
            nonlocal is_answered
            if message["type"] == "http.response.start":
                is_answered = True
                self._metrics.request_answered(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_counted)
        except Exception:
            if not is_answered:
                self._metrics.request_answered(500)
            raise

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = False

        async def send_counted(message: Message) -> None:
            nonlocal is_open
            await send(message)
            if message["type"] == "websocket.accept":
                is_open = True
            elif message["type"] == "websocket.close" and is_open:
                self._metrics.socket_closed(message.get("code", 1000))

        await self._app(scope, receive, send_counted)


class MetricsPage:
    """`GET /metrics` in Prometheus's text format. It is the endpoint of a route of the port that is not public."""

    def __init__(self, metrics: Metrics, refresh: Callable[[], Awaitable[None]]) -> None:
        """`refresh` brings up to date what has to be asked for; it takes a bounded time and raises nothing."""
        self._metrics = metrics
        self._refresh = refresh

    async def __call__(self, request: Request) -> Response:
        """One scrape."""
        await self._refresh()
        return Response(generate_latest(self._metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST})
