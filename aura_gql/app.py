"""The composition root: the server's parts behind their routes, as an ASGI application."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ExceptionHandler

from aura_gql import __version__, bounds
from aura_gql.graph.cost_budget import CostBudget
from aura_gql.graph.house_schema import HouseSchema
from aura_gql.graph.manifest import ManifestError, read_manifest
from aura_gql.graph.multipart import PREFLIGHT_HEADERS
from aura_gql.graph.observer import OperationObserver
from aura_gql.graph.schema import create_schema
from aura_gql.graph.view import GraphView, Page
from aura_gql.infra.metrics import Metrics
from aura_gql.infra.operation_log import Kept, OperationLog
from aura_gql.infra.tracing import create_traces
from aura_gql.server import Server, Surroundings
from aura_gql.services import Services
from aura_gql.settings import Settings, SettingsError
from aura_gql.storage.signing import DOWNLOADS, UPLOADS
from aura_gql.web.cross_origin import CrossOrigin
from aura_gql.web.development_login import DevelopmentLogin
from aura_gql.web.graphiql import GraphiQLPage, static_files
from aura_gql.web.health import Check, Liveness, Readiness
from aura_gql.web.links.downloads import BlobDownloads
from aura_gql.web.links.slots import TransferSlots
from aura_gql.web.links.uploads import StagedUploads, is_upload
from aura_gql.web.metrics import Counted, MetricsPage
from aura_gql.web.metrics_readings import Readings
from aura_gql.web.middleware import BodyLimit, RequestId, SecurityHeaders
from aura_gql.web.previews.gate import PreviewGate
from aura_gql.web.refusals import refuse

_RANGE_HEADERS = ("range", "if-range", "if-none-match")

# A check writes, and object stores charge for that.
_BLOBS_FRESH_S = 15.0


def create_app(settings: Settings, surroundings: Surroundings) -> Starlette:
    """The ASGI application; its lifespan starts and stops the server. To be called inside the running event loop.

    SettingsError where a manifest of documents is no good or tracing has no packages. `state.machines` is a second
    application, of what is not for the public; `state.previews` takes the connections of the port of previews;
    `state.readiness` is to be told when the server begins to stop.
    """
    counters = bounds.create_counters(settings)
    server = Server(settings, surroundings, counters)
    metrics = Metrics(__version__)
    readings = Readings(server.sources(settings.server.data_directory))
    metrics.register(readings)
    traces = create_traces(settings, __version__)
    observer = OperationObserver(metrics, OperationLog(Kept(settings.log_operations)), traces)
    schema = create_trusting_schema(settings, observer, bounds.cost_budget(settings, counters))
    database = Check("database", server.ping)
    readiness = Readiness((database, Check("blobs", server.blobs.check, fresh_s=_BLOBS_FRESH_S)))
    page = _page(settings, server.services, surroundings.development_email)
    view = GraphView(
        schema,
        server.services,
        page=page,
        allowed_origins=settings.server.allowed_origins,
        public_url=settings.server.public_url,
        uploads=bounds.upload_limits(settings),
        live=server.live,
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if traces is not None:
                stack.push_async_callback(traces.close)
            await stack.enter_async_context(server.running())
            readiness.start()
            stack.callback(readiness.stop)
            yield

    health = [Route("/healthz", Liveness(database, __version__).__call__), Route("/readyz", readiness.__call__)]
    links = _links(server.services, bounds.transfer_slots(settings))
    routes: list[BaseRoute] = [Route("/graphql", view), WebSocketRoute("/graphql", view), *links, *health]
    if page is not None:
        routes += [Mount("/static", static_files()), Route("/", RedirectResponse("/graphql"))]
    handlers: Mapping[Any, ExceptionHandler] = {HTTPException: refuse}
    middleware = _middleware(settings, metrics)
    app = Starlette(routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=lifespan)
    app.state.readiness = readiness
    app.state.previews = PreviewGate(server.services.previews, bounds.proxy_bounds(settings))
    app.state.machines = Starlette(routes=[Route("/metrics", MetricsPage(metrics, readings.refresh).__call__), *health])
    return app


def create_trusting_schema(
    settings: Settings, observer: OperationObserver | None = None, budget: CostBudget | None = None
) -> HouseSchema:
    """The schema with the documents that it may be asked by id; SettingsError where their manifest is no good."""
    schema, manifest = create_schema(bounds.query_limits(settings), observer, budget), settings.graph.trusted_documents
    if manifest is not None:
        try:
            schema.trust(read_manifest(manifest), only=settings.graph.trusted_documents_only)
        except ManifestError as error:
            raise SettingsError(f"TRUSTED_DOCUMENTS: {error}.") from error
    return schema


def _links(services: Services, slots: TransferSlots) -> list[BaseRoute]:
    """Where signed links lead that the blob store does not answer by itself."""
    return [
        Route(DOWNLOADS + "{token}", BlobDownloads(services.downloads.links, slots), methods=["GET", "HEAD"]),
        Route(UPLOADS + "{token}", StagedUploads(services.tickets, slots), methods=["PUT"]),
    ]


def _page(settings: Settings, services: Services, development_email: str | None) -> Page | None:
    if not settings.graphiql_enabled:
        return None
    page = GraphiQLPage()
    if development_email is None:
        return page
    return DevelopmentLogin(page, services.auth.authenticate, lambda: services.auth.sign_in(development_email))


def _middleware(settings: Settings, metrics: Metrics) -> list[Middleware]:
    """What every request passes through, the outermost first."""
    graph, server = settings.graph, settings.server
    return [
        Middleware(Counted, metrics=metrics),
        Middleware(RequestId),
        Middleware(SecurityHeaders, hsts_max_age_s=server.hsts_max_age_s),
        *([_cross_origin(server.allowed_origins)] if server.allowed_origins else []),
        # Not as Starlette has it, around all others: what nobody expected is to have their headers too.
        Middleware(ServerErrorMiddleware, handler=refuse),
        Middleware(
            BodyLimit, max_body_bytes=graph.max_body_bytes, max_form_bytes=graph.max_upload_bytes, is_streamed=is_upload
        ),
    ]


def _cross_origin(origins: tuple[str, ...]) -> Middleware:
    return Middleware(
        CrossOrigin,
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PUT"],
        allow_headers=["authorization", "content-type", "x-request-id", *_RANGE_HEADERS, *PREFLIGHT_HEADERS],
        allow_credentials=True,
        expose_headers=["x-request-id", "retry-after", "content-disposition", "content-range", "etag"],
        max_age=int(timedelta(hours=1).total_seconds()),
    )
