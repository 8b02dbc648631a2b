"""The parts of one server process: the only place where settings, adapters and services meet."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from beanie import Document

from aura_gql import bounds, bounds_sandboxes
from aura_gql.auth.service import AuthService
from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.executions.service import ExecutionService
from aura_gql.files.archives.references import ArchiveReferences
from aura_gql.files.archives.service import ArchiveService
from aura_gql.files.archives.usage import ArchiveUsage
from aura_gql.files.batches.service import FileBatches
from aura_gql.files.documents import FILE_DOCUMENTS
from aura_gql.files.downloads.service import Downloads
from aura_gql.files.history.restoring import FileRestoring
from aura_gql.files.history.retention.trimmer import HistoryTrimmer
from aura_gql.files.history.service import FileHistory
from aura_gql.files.references.service import FileReferences
from aura_gql.files.service import FileService
from aura_gql.files.staging.service import UploadTickets
from aura_gql.files.uploads.service import FileUploads
from aura_gql.files.usage.service import FileUsage
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.documents import IdempotencyKeyDocument, JobDocument
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.live_connections import LiveConnections
from aura_gql.infra.mongo import Client, Database, connect, init_documents
from aura_gql.infra.orphans import abort_orphans
from aura_gql.infra.rate_limits import CounterStore
from aura_gql.infra.unexpected_errors import UnexpectedErrors
from aura_gql.kernel.background import BackgroundTasks
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.previews.documents import PreviewUrl
from aura_gql.previews.service import PreviewService
from aura_gql.projects.deletion import ProjectDeletion
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.initialisation import ProjectInitialisation
from aura_gql.projects.popularity.service import ProjectPopularity
from aura_gql.projects.service import ProjectService
from aura_gql.provider_parts import create_providers, vendor_tallies
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.service import SandboxService
from aura_gql.sandboxes.tally import EgressTally, PoolTally
from aura_gql.sandboxes.usage.documents import SandboxUsageAnalytics
from aura_gql.services import Services
from aura_gql.settings import Settings
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.blob_links import BlobLinks
from aura_gql.storage.ports import BlobStore
from aura_gql.storage.quotas.ports import UsageSource
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.signing import LinkSigner
from aura_gql.storage.spooling import Spools
from aura_gql.storage.sweeping.ports import BlobReferences
from aura_gql.storage.sweeping.sweeper import BlobSweeper
from aura_gql.template_parts import create_template_cache, create_template_syncs
from aura_gql.templates.cache.references import TemplateReferences
from aura_gql.templates.contents.documents import TemplateCacheDocument, TemplateDependencyDocument
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.service import TemplateService
from aura_gql.templates.sources.bundled import BundledTemplates
from aura_gql.templates.syncs.documents import SYNC_DOCUMENTS
from aura_gql.terminals.documents import TerminalSession
from aura_gql.terminals.service import TerminalService
from aura_gql.web.metrics_readings import Sources

# A check writes, and object stores charge for that.
_BLOBS_FRESH_S = 15.0

DOCUMENTS: Sequence[type[Document]] = (
    IdempotencyKeyDocument,
    JobDocument,
    ProjectTemplateDocument,
    TemplateDependencyDocument,
    TemplateCacheDocument,
    *SYNC_DOCUMENTS,
    ProjectDocument,
    *FILE_DOCUMENTS,
    SandboxSession,
    SandboxUsageAnalytics,
    CodeExecution,
    ExecutionOutput,
    TerminalSession,
    PreviewUrl,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the command that starts a server knows beyond its settings.

    `is_exclusive` says that no other server can be using the database. `development_email` names the user who is signed
    in by opening GraphiQL from this machine: None in production. `preview_port` is where it listens for previews.
    """

    database_url: str
    secret: str
    is_exclusive: bool = False
    development_email: str | None = None
    preview_port: int | None = None


class Server:
    """One server process: everything wired, nothing running until `running` is entered."""

    def __init__(self, settings: Settings, surroundings: Surroundings, counters: CounterStore) -> None:
        """Build the parts; no connection is made. Runs inside the event loop that will run the server."""
        self._surroundings = surroundings
        self._client: Client = connect(settings.database, surroundings.database_url)
        self.database: Database = self._client[settings.database.mongodb_db_name]
        self.blobs = create_blob_store(settings)
        self._pool = PoolTally()
        self._has_pool = settings.providers.local_enabled and settings.sandboxes.sandbox_warm_pool > 0
        self._egress = EgressTally()
        self._vendors = vendor_tallies(settings)
        self.providers = create_providers(settings, self._pool, self._egress, self._vendors)
        self.unexpected = UnexpectedErrors()
        self.live = LiveConnections(bounds.live_limits(settings))
        self._bus = InProcessBus()
        self._counters = counters
        self.jobs = DurableJobs(exclusive=surroundings.is_exclusive)
        self._sweeper = BlobSweeper(self.blobs, blob_rooms(), bounds.sweep_limits(settings))
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
            await abort_orphans(self._client)
            if self._surroundings.development_email is not None:
                await services.auth.ensure_indexes()
            await TemplateIntake(self.blobs).take_in(BundledTemplates(), force=True)  # A release may drop any.
            stack.push_async_callback(self._bus.close)  # After the sandboxes: those who follow one see its end.
            for provider in self.providers.values():
                stack.push_async_callback(provider.close)
            if exclusive:  # Else the patrols find the dead: those alive may not have renewed their leases yet.
                await services.executions.recover(exclusive=True)
                await services.terminals.recover(exclusive=True)
                await services.sandboxes.recover(exclusive=True)
            stack.push_async_callback(services.sandboxes.close)
            services.sandboxes.reaper.start()
            stack.push_async_callback(services.sandboxes.reaper.stop)
            services.tickets.start()
            stack.push_async_callback(services.tickets.stop)
            services.executions.start()
            stack.push_async_callback(services.executions.stop)
            services.terminals.start()
            stack.push_async_callback(services.terminals.stop)
            services.previews.start()
            stack.push_async_callback(services.previews.stop)
            await services.archives.recover()
            await self.jobs.start()
            stack.push_async_callback(self.jobs.stop)
            services.trimming.start()
            stack.push_async_callback(services.trimming.stop)
            self._template_schedule.start()
            stack.push_async_callback(self._template_schedule.stop)
            services.projects.start()
            stack.push_async_callback(services.projects.stop)
            services.template_cache.start()
            stack.push_async_callback(services.template_cache.stop)
            self._sweeper.start()
            stack.push_async_callback(self._sweeper.stop)
            warming = BackgroundTasks()
            stack.push_async_callback(warming.join)
            if self._has_pool:
                warming.spawn(self._warm_up(), "warm up the sandboxes")
            yield

    async def _warm_up(self) -> None:
        """Prove the isolation before anybody waits for that, from when on machines are made ahead."""
        await self.providers[SandboxProviderName.LOCAL].health()

    async def ping(self) -> None:
        """Ask the database for a sign of life; raises PyMongoError where it gives none."""
        await self.database.command("ping")

    def sources(self, data_directory: Path) -> Sources:
        """Whom metrics ask at each scrape."""
        return Sources(
            self.services,
            self.jobs,
            self._bus,
            self.live,
            self.unexpected,
            data_directory,
            list(self.providers),
            self._pool,
            self._egress,
            self._vendors,
            self._sweeper,
        )

    def _wire(self, settings: Settings) -> Services:
        bus, jobs, keys = self._bus, self.jobs, MongoIdempotencyKeys()
        auth = AuthService(
            self.database, self._surroundings.secret, cookie_prefix=settings.auth.better_auth_cookie_prefix
        )
        spools = Spools(settings.server.data_directory / "spools")
        syncs, self._template_schedule = create_template_syncs(settings, self.blobs, spools, jobs, bus)
        template_cache = create_template_cache(settings, self.blobs, syncs)
        templates = TemplateService(self.blobs, template_cache.memory)
        projects = ProjectService(
            templates,
            keys,
            jobs,
            bus,
            max_projects_per_user=settings.files.max_projects_per_user,
            default_provider=settings.providers.sandbox_provider,
            providers=self.providers.keys(),
        )
        quotas = StorageQuotas(bounds.quota_limits(settings), usage_sources())
        files = FileService(projects, self.blobs, bounds.file_limits(settings), bus, quotas)
        uploads = FileUploads(projects, files.writer, keys)
        history = FileHistory(files)
        restoring = FileRestoring(projects, files, history)
        trimming = HistoryTrimmer(jobs, bounds.retention_limits(settings))
        trimming.register()
        signer = LinkSigner(self._surroundings.secret)
        tickets = UploadTickets(projects, self.blobs, quotas, signer, bounds.staging_limits(settings))
        batches = FileBatches(projects, files.writer, tickets, files.limits, keys)
        links = BlobLinks(self.blobs, signer, settings.files.download_url_ttl_s)
        downloads = Downloads(projects, files, links)
        archives = ArchiveService(
            projects, files, self.blobs, quotas, keys, jobs, bus, spools, bounds.archive_bounds(settings)
        )
        operations = bounds.sandbox_operations(settings, self._counters)
        limits = bounds_sandboxes.sandbox_limits(settings)
        sandboxes = SandboxService(projects, files, self.providers, keys, bus, limits, operations)
        executions = ExecutionService(sandboxes, keys, bus, bounds_sandboxes.execution_limits(settings), operations)
        terminals = TerminalService(sandboxes, keys, bounds_sandboxes.terminal_limits(settings), operations)
        ProjectInitialisation(templates, files, sandboxes, bus).register(jobs)
        addresses = bounds.preview_addresses(settings, self._surroundings.preview_port)
        previews = PreviewService(sandboxes, keys, bounds.preview_limits(settings), addresses)
        popularity = ProjectPopularity(templates)
        ProjectDeletion(
            [popularity, previews, executions, terminals, sandboxes, archives, tickets, files, history]
        ).register(jobs)
        return Services(
            auth,
            templates,
            syncs,
            template_cache,
            projects,
            files,
            uploads,
            batches,
            history,
            restoring,
            trimming,
            archives,
            quotas,
            tickets,
            downloads,
            sandboxes,
            executions,
            terminals,
            previews,
        )


def create_blob_store(settings: Settings) -> BlobStore:
    """The store that the settings name: S3 or R2, else a local folder."""
    if settings.blob_directory is not None:
        return LocalBlobStore(settings.blob_directory)
    return S3BlobStore(bounds.bucket(settings))


def blob_rooms() -> Sequence[BlobReferences]:
    """The rooms that name blobs: what none of them names is swept."""
    return [FileReferences(), ArchiveReferences(), TemplateReferences()]


def usage_sources() -> Sequence[UsageSource]:
    """The rooms that take room of a user's quota."""
    return [FileUsage(), ArchiveUsage()]
