"""The composition root: the only place where settings, adapters, services and routes meet."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ExceptionHandler

from aura_gql import __version__, bounds
from aura_gql.auth.service import AuthService
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.service import ExecutionService
from aura_gql.files.documents import FileVersionDocument, ProjectFileDocument, ProjectStorageDocument
from aura_gql.files.service import FileService
from aura_gql.files.uploads.documents import FileUploadDocument
from aura_gql.files.uploads.service import FileUploads
from aura_gql.graph.cost_budget import CostBudget
from aura_gql.graph.house_schema import HouseSchema
from aura_gql.graph.manifest import ManifestError, read_manifest
from aura_gql.graph.multipart import PREFLIGHT_HEADERS
from aura_gql.graph.observer import OperationObserver
from aura_gql.graph.schema import create_schema
from aura_gql.graph.view import GraphView, Page
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.documents import IdempotencyKeyDocument, JobDocument
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.live_connections import LiveConnections
from aura_gql.infra.metrics import Metrics
from aura_gql.infra.mongo import Client, Database, connect, init_documents
from aura_gql.infra.operation_log import Kept, OperationLog
from aura_gql.infra.rate_limits import CounterStore
from aura_gql.infra.tracing import create_traces
from aura_gql.infra.unexpected_errors import UnexpectedErrors
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.deletion import ProjectDeletion
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.initialisation import ProjectInitialisation
from aura_gql.projects.service import ProjectService
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.service import SandboxService
from aura_gql.services import Services
from aura_gql.settings import Settings, SettingsError
from aura_gql.settings_groups import GraphSettings
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.ports import BlobStore
from aura_gql.templates.documents import ProjectTemplateDocument, TemplateCacheDocument, TemplateDependencyDocument
from aura_gql.templates.service import TemplateService
from aura_gql.templates.sources.bundled import BundledTemplates
from aura_gql.web.cross_origin import CrossOrigin
from aura_gql.web.development_login import DevelopmentLogin
from aura_gql.web.graphiql import GraphiQLPage, static_files
from aura_gql.web.health import Check, Liveness, Readiness
from aura_gql.web.metrics import Counted, MetricsPage
from aura_gql.web.metrics_readings import Readings, Sources
from aura_gql.web.middleware import BodyLimit, RequestId, SecurityHeaders
from aura_gql.web.refusals import refuse

# A check writes, and object stores charge for that.
_BLOBS_FRESH_S = 15.0

DOCUMENTS = (
    IdempotencyKeyDocument,
    JobDocument,
    ProjectTemplateDocument,
    TemplateDependencyDocument,
    TemplateCacheDocument,
    ProjectDocument,
    ProjectFileDocument,
    FileVersionDocument,
    ProjectStorageDocument,
    FileUploadDocument,
    SandboxSession,
    CodeExecution,
    ExecutionOutput,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the command that starts a server knows beyond its settings.

    `is_exclusive` says that no other server can be using the database. `development_email` names the user who is signed
    in by opening GraphiQL from this machine: None in production.
    """

    database_url: str
    secret: str
    is_exclusive: bool = False
    development_email: str | None = None


class Server:
    """One server process: everything wired, nothing running until `running` is entered."""

    def __init__(self, settings: Settings, surroundings: Surroundings, counters: CounterStore) -> None:
        """Build the parts; no connection is made. Runs inside the event loop that will run the server."""
        self._surroundings = surroundings
        self._client: Client = connect(settings.database, surroundings.database_url)
        self.database: Database = self._client[settings.database.mongodb_db_name]
        self.blobs = create_blob_store(settings)
        self.providers = create_providers(settings)
        self.unexpected = UnexpectedErrors()
        self.live = LiveConnections(bounds.live_limits(settings))
        self._bus = InProcessBus()
        self._counters = counters
        self._jobs = DurableJobs(exclusive=surroundings.is_exclusive)
        self.services = self._wire(settings)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bring the collections up, take over what a dead server left, run the loops; then all that backwards."""
        services, exclusive = self.services, self._surroundings.is_exclusive
        async with AsyncExitStack() as stack:
            stack.enter_context(self.unexpected.counting())
            stack.push_async_callback(self._client.close)
            stack.push_async_callback(self.blobs.close)
            stack.push_async_callback(self._counters.close)
            await init_documents(self.database, DOCUMENTS)
            if self._surroundings.development_email is not None:
                await services.auth.ensure_indexes()
            await services.templates.load()
            stack.push_async_callback(self._bus.close)  # After the sandboxes: those who follow one see its end.
            for provider in self.providers.values():
                stack.push_async_callback(provider.close)
            if exclusive:  # Else the patrols find the dead: those alive may not have renewed their leases yet.
                await services.executions.recover(exclusive=True)
                await services.sandboxes.recover(exclusive=True)
            stack.push_async_callback(services.sandboxes.close)
            services.sandboxes.reaper.start()
            stack.push_async_callback(services.sandboxes.reaper.stop)
            services.executions.start()
            stack.push_async_callback(services.executions.stop)
            await self._jobs.start()
            stack.push_async_callback(self._jobs.stop)
            services.projects.start()
            stack.push_async_callback(services.projects.stop)
            yield

    async def ping(self) -> None:
        """Ask the database for a sign of life; raises PyMongoError where it gives none."""
        await self.database.command("ping")

    def sources(self, data_directory: Path) -> Sources:
        """Whom metrics ask at each scrape."""
        return Sources(
            self.services, self._jobs, self._bus, self.live, self.unexpected, data_directory, list(self.providers)
        )

    def _wire(self, settings: Settings) -> Services:
        bus, jobs, keys = self._bus, self._jobs, MongoIdempotencyKeys()
        auth = AuthService(
            self.database, self._surroundings.secret, cookie_prefix=settings.auth.better_auth_cookie_prefix
        )
        templates = TemplateService(BundledTemplates(), self.blobs)
        projects = ProjectService(
            templates,
            keys,
            jobs,
            bus,
            max_projects_per_user=settings.files.max_projects_per_user,
            providers=self.providers.keys(),
        )
        files = FileService(projects, self.blobs, bounds.file_limits(settings), bus)
        uploads = FileUploads(projects, self.blobs, bounds.file_limits(settings), bus, keys)
        operations = bounds.sandbox_operations(settings, self._counters)
        limits = bounds.sandbox_limits(settings)
        sandboxes = SandboxService(projects, files, self.providers, keys, bus, limits, operations)
        executions = ExecutionService(sandboxes, keys, bus, bounds.execution_limits(settings), operations)
        ProjectInitialisation(templates, files, sandboxes, bus).register(jobs)
        ProjectDeletion([executions, sandboxes, files]).register(jobs)
        return Services(auth, templates, projects, files, uploads, sandboxes, executions)


def create_app(settings: Settings, surroundings: Surroundings) -> Starlette:
    """The ASGI application; its lifespan starts and stops the server. To be called inside the running event loop.

    SettingsError where a manifest of documents is no good or tracing has no packages. `state.machines` is a second
    application, of what is not for the public; `state.readiness` is to be told when the server begins to stop.
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
    graph, origins = settings.graph, settings.server.allowed_origins
    page = _page(settings, server.services, surroundings.development_email)
    view = GraphView(
        schema,
        server.services,
        page=page,
        allowed_origins=origins,
        uploads=bounds.upload_limits(settings),
        live=server.live,
    )
    middleware = [Middleware(Counted, metrics=metrics), Middleware(RequestId)]
    middleware.append(Middleware(SecurityHeaders, hsts_max_age_s=settings.server.hsts_max_age_s))
    if origins:
        middleware.append(_cross_origin(origins))
    # Not as Starlette has it, around all others: what nobody expected is to have their headers too.
    middleware += [Middleware(ServerErrorMiddleware, handler=refuse), _body_limit(graph)]

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
    routes: list[BaseRoute] = [Route("/graphql", view), WebSocketRoute("/graphql", view), *health]
    if page is not None:
        routes += [Mount("/static", static_files()), Route("/", RedirectResponse("/graphql"))]
    handlers: Mapping[Any, ExceptionHandler] = {HTTPException: refuse}
    app = Starlette(routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=lifespan)
    app.state.readiness = readiness
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


def create_blob_store(settings: Settings) -> BlobStore:
    """The store that the settings name: S3 or R2, else a local folder."""
    storage = settings.storage
    if settings.blob_directory is not None:
        return LocalBlobStore(settings.blob_directory)
    if not (storage.r2_bucket and storage.r2_access_key_id and storage.r2_secret_access_key):
        raise ValueError("Settings with an S3 endpoint must have a bucket and keys.")
    return S3BlobStore(
        storage.r2_bucket,
        storage.endpoint_url,
        storage.r2_access_key_id.get_secret_value(),
        storage.r2_secret_access_key.get_secret_value(),
        storage.r2_key_prefix,
        region=storage.r2_region,
    )


def create_providers(settings: Settings) -> Mapping[SandboxProviderName, SandboxProvider]:
    """The sandbox providers that this server has."""
    root = settings.server.data_directory / "sandboxes"
    return {SandboxProviderName.LOCAL: LocalProvider(root, bounds.local_limits(settings))}


def _page(settings: Settings, services: Services, development_email: str | None) -> Page | None:
    if not settings.graphiql_enabled:
        return None
    page = GraphiQLPage()
    if development_email is None:
        return page
    return DevelopmentLogin(page, services.auth.authenticate, lambda: services.auth.sign_in(development_email))


def _body_limit(graph: GraphSettings) -> Middleware:
    return Middleware(BodyLimit, max_body_bytes=graph.max_body_bytes, max_form_bytes=graph.max_upload_bytes)


def _cross_origin(origins: tuple[str, ...]) -> Middleware:
    return Middleware(
        CrossOrigin,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type", "x-request-id", *PREFLIGHT_HEADERS],
        allow_credentials=True,
        expose_headers=["x-request-id", "retry-after"],
        max_age=int(timedelta(hours=1).total_seconds()),
    )
