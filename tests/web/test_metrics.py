"""What passes by is counted, and shown."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from aura_gql.infra.metrics import Metrics
from aura_gql.web.metrics import Counted, MetricsPage
from tests.support.graph import client_of, serving


async def answer(request: Request) -> Response:
    return PlainTextResponse("", int(request.query_params["status"]))


async def talk(socket: WebSocket) -> None:
    if "refuse" in socket.query_params:
        await socket.close()
        return
    await socket.accept()
    await socket.receive()
    await socket.close(4401)


async def nothing() -> None:
    return


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("1.2.3")


@pytest.fixture
def app(metrics: Metrics) -> Starlette:
    routes = [Route("/", answer), WebSocketRoute("/", talk), Route("/metrics", MetricsPage(metrics, nothing).__call__)]
    return Starlette(routes=routes, middleware=[Middleware(Counted, metrics=metrics)])


async def test_requests_are_counted_by_status(app: Starlette, metrics: Metrics) -> None:
    async with client_of(app) as client:
        for status in (200, 200, 429):
            await client.get("/", params={"status": status})
        page = await client.get("/metrics")
    assert metrics.registry.get_sample_value("aura_http_requests_total", {"status": "200"}) == 3
    assert 'aura_http_requests_total{status="429"} 1.0' in page.text
    assert page.headers["content-type"].startswith("text/plain; version=")


async def test_sockets_are_counted_by_the_code_that_closed_them(app: Starlette, metrics: Metrics) -> None:
    async with serving(app) as host:
        async with connect(f"ws://{host}/") as socket:
            await socket.send("goodbye")
            await socket.wait_closed()
        with pytest.raises(InvalidStatus):
            await connect(f"ws://{host}/?refuse")
    assert metrics.registry.get_sample_value("aura_socket_closes_total", {"code": "4401"}) == 1


async def test_a_bug_is_counted_as_it_is_answered(metrics: Metrics) -> None:
    async def fail(request: Request) -> Response:
        raise LookupError

    app = Starlette(routes=[Route("/", fail)], middleware=[Middleware(Counted, metrics=metrics)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/")).status_code == 500
    assert metrics.registry.get_sample_value("aura_http_requests_total", {"status": "500"}) == 1
