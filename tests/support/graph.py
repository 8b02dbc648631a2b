"""A small schema under the house's rules, and what it needs to be served: sessions, an app, a server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import httpx
import uvicorn
from pymongo.errors import ServerSelectionTimeoutError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from aura_gql.auth.records import Viewer
from aura_gql.commands.http_bounds import HttpBounds
from aura_gql.commands.http_protocol import bounded_http
from aura_gql.commands.socket_protocol import patient_sockets
from aura_gql.graph.context import Context
from aura_gql.graph.cost_budget import CostBudget
from aura_gql.graph.cost_weights import Weight
from aura_gql.graph.house_schema import HouseSchema
from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.multipart import UploadLimits
from aura_gql.graph.observer import OperationObserver
from aura_gql.graph.view import GraphView, Page
from aura_gql.infra.counters import BoundedCounters
from aura_gql.infra.live_connections import LiveConnections, LiveLimits
from aura_gql.infra.rate_limits import WindowedRateLimiter
from aura_gql.services import Services
from aura_gql.web.middleware import BodyLimit, RequestId, SecurityHeaders
from tests.support.graph_schema import Item, Mutation, Query, Subscription
from tests.support.waiting import until

MAX_BODY_BYTES = 100_000
SMALL_WEIGHTS = {
    "Query.hello": Weight(1),
    "Query.fail": Weight(1),
    "Query.items": Weight(10),
    "Query.nodes": Weight(20),
    "Item.value": Weight(2),
    "Query.rateLimit": Weight(0),
    "Mutation.rename": Weight(50, stops=True),
    "Mutation.ping": Weight(30),
    "Subscription.count": Weight(40),
    "Subscription.forever": Weight(40),
}


def make_viewer(name: str = "ada", is_admin: bool = False, lasts: timedelta = timedelta(hours=1)) -> Viewer:
    """A user who is signed in."""
    now = datetime.now(UTC)
    return Viewer(
        id=name,
        email=f"{name}@example.com",
        name=name,
        image=None,
        is_admin=is_admin,
        created_at=now,
        expires_at=now + lasts,
        session_token=f"token-of-{name}",
    )


@dataclass
class KnownSessions:
    """Sessions by the text of their cookie or bearer, which can end, behind a database that can go away."""

    viewers: dict[str, Viewer] = field(default_factory=dict)
    is_down: bool = False
    prolonged: datetime | None = None
    asked: int = 0

    async def authenticate(self, cookie: str | None, authorization: str | None) -> Viewer | None:
        """The viewer of either."""
        if self.is_down:
            raise ServerSelectionTimeoutError("no servers found")
        return self.viewers.get(authorization or "") or self.viewers.get(cookie or "")

    async def expiry_of(self, viewer: Viewer) -> datetime | None:
        """When the session ends; None where it has."""
        self.asked += 1
        if self.is_down:
            raise ServerSelectionTimeoutError("no servers found")
        expires_at = self.prolonged or viewer.expires_at
        return expires_at if viewer in self.viewers.values() and expires_at > datetime.now(UTC) else None


@dataclass
class Stage:
    """What the resolvers of the small schema work with, in place of `Services`."""

    auth: KnownSessions = field(default_factory=KnownSessions)
    values: dict[str, str] = field(default_factory=lambda: {"1": "one"})
    fetched: list[list[str]] = field(default_factory=list)
    open_streams: int = 0
    uploaded: list[bytes] = field(default_factory=list)
    waiting: int = 0
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    pieces: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def as_services(self) -> Services:
        """This, for those who ask for services by type."""
        return cast(Services, self)

    def context(self, viewer: Viewer | None = None) -> Context:
        """The context of an operation that needs no transport."""
        return Context(self.as_services(), "request-1", viewer)


def make_budget(points: int = 1000, max_cost: int = 500) -> CostBudget:
    """Points for each user and each address, which come back after the test."""
    users, addresses = (
        WindowedRateLimiter(name, points, 30 * 24 * 3600, BoundedCounters()) for name in ("users", "addresses")
    )
    return CostBudget(max_cost, users, addresses)


def make_schema(
    limits: QueryLimits | None = None,
    observer: OperationObserver | None = None,
    budget: CostBudget | None = None,
) -> HouseSchema:
    """The small schema."""
    return HouseSchema(
        Query,
        Mutation,
        Subscription,
        types=[Item],
        limits=limits,
        observer=observer,
        weights=SMALL_WEIGHTS,
        budget=budget,
    )


def make_app(
    stage: Stage,
    *,
    page: Page | None = None,
    allowed_origins: tuple[str, ...] = (),
    limits: QueryLimits | None = None,
    live: LiveConnections | None = None,
    schema: HouseSchema | None = None,
    budget: CostBudget | None = None,
) -> Starlette:
    """The small schema behind the view and the middleware, as the real app has them."""
    view = GraphView(
        schema or make_schema(limits, budget=budget),
        stage.as_services(),
        page=page,
        allowed_origins=allowed_origins,
        uploads=UploadLimits(max_files=3, max_text_bytes=10_000, max_at_once_per_user=1),
        live=live or LiveConnections(LiveLimits(max_subscriptions_per_socket=3)),
    )
    return Starlette(
        routes=[Route("/graphql", view), WebSocketRoute("/graphql", view)],
        middleware=[
            Middleware(RequestId),
            Middleware(SecurityHeaders),
            Middleware(BodyLimit, max_body_bytes=MAX_BODY_BYTES),
        ],
    )


def client_of(app: ASGIApp, client: tuple[str, int] = ("127.0.0.1", 5000)) -> httpx.AsyncClient:
    """An HTTP client that talks to `app` in this process."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=client), base_url="http://localhost:8000")


@asynccontextmanager
async def serving(
    app: ASGIApp,
    *,
    ping_s: float = 20.0,
    pong_s: float = 60.0,
    send_timeout_s: float = 60.0,
    max_message_bytes: int = MAX_BODY_BYTES,
) -> AsyncIterator[str]:
    """A real server around `app`, with the protocols of production; gives `host:port`."""
    config = uvicorn.Config(
        app,
        port=0,
        log_config=None,
        lifespan="off",
        http=bounded_http(HttpBounds(send_timeout_s=send_timeout_s)),
        ws=patient_sockets(send_timeout_s, max_message_bytes),
        ws_per_message_deflate=False,
        ws_ping_interval=ping_s,
        ws_ping_timeout=pong_s,
        ws_max_size=max_message_bytes,
    )
    listener = config.bind_socket()
    # The connections of production have it; asyncio sees no need where the listener's protocol is left open.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()
