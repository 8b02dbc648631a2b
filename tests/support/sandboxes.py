"""The rooms below the executions, wired as the server wires them, on a real database and with real local sandboxes."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from beanie import Document, init_beanie
from bson import ObjectId

from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.files.documents import FILE_DOCUMENTS
from aura_gql.files.limits import FileLimits
from aura_gql.files.service import FileService
from aura_gql.files.uploads.service import FileUploads
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.counters import BoundedCounters
from aura_gql.infra.documents import IdempotencyKeyDocument, JobDocument
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database
from aura_gql.infra.rate_limits import WindowedRateLimiter
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.ports import NewFile
from aura_gql.projects.records import InitialisationStep, NewProject, ProjectStatus
from aura_gql.projects.service import ProjectService
from aura_gql.sandboxes.choosing.records import ANYTHING, SandboxWish
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.service import SandboxService
from aura_gql.sandboxes.usage.documents import SandboxUsageAnalytics
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.service import TemplateService
from aura_gql.terminals.documents import TerminalSession
from tests.support.waiting import until

DOCUMENTS: Sequence[type[Document]] = (
    IdempotencyKeyDocument,
    JobDocument,
    ProjectDocument,
    *FILE_DOCUMENTS,
    SandboxSession,
    SandboxUsageAnalytics,
    CodeExecution,
    ExecutionOutput,
    TerminalSession,
)
OWNER = "user-1"
_names = itertools.count(1)


@dataclass
class SandboxBench:
    """A server as far as its sandboxes. `more` makes a second one over the same database and bus, as after a crash."""

    database: Database
    folder: Path
    limits: SandboxLimits
    bus: InProcessBus
    projects: ProjectService
    files: FileService
    uploads: FileUploads
    provider: LocalProvider
    sandboxes: SandboxService
    operations: WindowedRateLimiter
    providers: Mapping[SandboxProviderName, SandboxProvider]
    others: list[SandboxService] = field(default_factory=list)

    async def project(self, files: Mapping[str, bytes] | None = None, owner: str = OWNER) -> ObjectId:
        """A READY project with these files."""
        project_id = ObjectId()
        name = f"Project {next(_names)}"
        new = NewProject(name=name, template_id=ObjectId())
        await ProjectDocument.add(project_id, owner, new, SandboxProviderName.LOCAL)
        content = [NewFile(path, data, len(data)) for path, data in (files or {}).items()]
        await self.files.import_files(project_id, content, owner)
        ready = {"status": ProjectStatus.READY.value, "step": InitialisationStep.DONE.value}
        assert await ProjectDocument.change({"_id": project_id}, ready, "Ready.") is not None
        return project_id

    async def running(
        self, project_id: ObjectId | None = None, owner: str = OWNER, wish: SandboxWish = ANYTHING
    ) -> SandboxRecord:
        """A sandbox that runs, of a new project if need be."""
        project_id = project_id or await self.project(owner=owner)
        record = await self.sandboxes.create(owner, project_id, wish)
        return await self.reached(record.id, SandboxStatus.RUNNING)

    async def reached(self, sandbox_id: ObjectId, *statuses: SandboxStatus) -> SandboxRecord:
        """The sandbox once it has one of the statuses; AssertionError where it ends otherwise."""

        async def arrived() -> bool:
            record = await SandboxSession.find_record(sandbox_id)
            assert record is not None
            assert record.is_live or record.status in statuses, record.status_reason
            return record.status in statuses

        await until(arrived)
        record = await SandboxSession.find_record(sandbox_id)
        assert record is not None
        return record

    def more(self) -> SandboxService:
        """Another server's sandboxes, over the same everything."""
        keys = MongoIdempotencyKeys()
        service = SandboxService(
            self.projects, self.files, self.providers, keys, self.bus, self.limits, self.operations
        )
        self.others.append(service)
        return service


@contextlib.asynccontextmanager
async def sandbox_bench(
    database: Database,
    folder: Path,
    limits: SandboxLimits | None = None,
    bus: InProcessBus | None = None,
    provider: LocalProvider | None = None,
    max_operations: int = 1_000_000,
    others: Mapping[SandboxProviderName, SandboxProvider] | None = None,
    *,
    has_indexes: bool = False,
) -> AsyncIterator[SandboxBench]:
    """A bench, taken down in order; no machine outlives it. `others` are providers besides the LOCAL one;
    `has_indexes` says that the database has the indexes.
    """
    await init_beanie(database=database, document_models=list(DOCUMENTS), skip_indexes=has_indexes)
    bus = bus or InProcessBus()
    limits = limits or SandboxLimits()
    keys = MongoIdempotencyKeys()
    blobs = LocalBlobStore(folder / "blobs")
    projects = ProjectService(TemplateService(blobs), keys, DurableJobs(exclusive=True), bus)
    files = FileService(projects, blobs, FileLimits(), bus)
    uploads = FileUploads(projects, files.writer, keys)
    provider = provider or LocalProvider(folder / "sandboxes")
    operations = WindowedRateLimiter("sandbox operations", max_operations, 30 * 24 * 3600, BoundedCounters())
    providers: dict[SandboxProviderName, SandboxProvider] = {SandboxProviderName.LOCAL: provider} | dict(others or {})
    sandboxes = SandboxService(projects, files, providers, keys, bus, limits, operations)
    bench = SandboxBench(
        database, folder, limits, bus, projects, files, uploads, provider, sandboxes, operations, providers
    )
    try:
        yield bench
    finally:
        for service in [sandboxes, *bench.others]:
            await service.reaper.stop()
            await service.close()
        for each in providers.values():
            await each.close()
        await bus.close()
