"""Sandboxes: a user's machines, from the wish for one to its end."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence

from bson import ObjectId

from aura_gql.files.service import FileService
from aura_gql.infra.paging import id_behind, page_by_id
from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import EventBus, IdempotencyKeys, RateLimiter
from aura_gql.kernel.errors import RateLimited
from aura_gql.kernel.page import Page, PageRequest
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.service import ProjectService
from aura_gql.sandboxes.choosing.admission import SandboxAdmission
from aura_gql.sandboxes.choosing.detours import Detours
from aura_gql.sandboxes.choosing.records import ANYTHING, SandboxWish
from aura_gql.sandboxes.creator import SandboxCreator
from aura_gql.sandboxes.description import describe_all
from aura_gql.sandboxes.disks import SandboxDisks
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.file_recorder import FileChangeRecorder
from aura_gql.sandboxes.healths import ProviderHealths
from aura_gql.sandboxes.launcher import SandboxLauncher
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.machines import HeldMachines
from aura_gql.sandboxes.maker import MachineMaker
from aura_gql.sandboxes.meter import SandboxMeter
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.reaper import SandboxReaper
from aura_gql.sandboxes.records import (
    ProviderRecord,
    SandboxEventRecord,
    SandboxFilter,
    SandboxLimits,
    SandboxRecord,
)
from aura_gql.sandboxes.refresher import MachineRefresher
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.renewal import SandboxRenewal
from aura_gql.sandboxes.saver import FileSaver
from aura_gql.sandboxes.starter import MachineStarter
from aura_gql.sandboxes.stopper import DELETED, MachineStopper
from aura_gql.sandboxes.suitability import SandboxSuitability
from aura_gql.sandboxes.sweeper import MachineSweeper
from aura_gql.sandboxes.syncing.syncer import ProjectSyncer
from aura_gql.sandboxes.syncs import SandboxSyncs
from aura_gql.sandboxes.tally import SandboxTally
from aura_gql.sandboxes.temporary import TemporarySandboxes
from aura_gql.sandboxes.usage.books import UsageBooks

_NO_SUCH_SANDBOX = "There is no sandbox with this id."
_STOP_PATIENCE_S = 2.0
# A shorter use is noted once, when it begins.
_SHORT_USE_S = 1.0


class SandboxService:
    """A user's sandboxes. Someone else's answers as a missing one.

    `reaper` is its background loop, `renewal` gives sandboxes more time and new machines, `meter` tells what they use,
    `suitability` which providers can run something, `file_changes` records what code changes in them, `disks` shows the
    files in them, `syncs` keeps these and the project's the same, `usage` keeps the books.
    A server calls `recover` and `reaper.start()` at its start, `reaper.stop()` and `close()` at its end.
    """

    def __init__(
        self,
        projects: ProjectService,
        files: FileService,
        providers: Mapping[SandboxProviderName, SandboxProvider],
        idempotency: IdempotencyKeys,
        bus: EventBus,
        limits: SandboxLimits,
        operations: RateLimiter,
    ) -> None:
        self._projects = projects
        self._providers = providers
        self._healths = ProviderHealths(providers)
        self._limits = limits
        self._operations = operations
        self._lifecycle = Lifecycle(bus)
        self._registry = SandboxRegistry(owner=secrets.token_hex(8))
        self.machines = HeldMachines(self._registry)
        self._syncer = ProjectSyncer(files)
        self._refresher = MachineRefresher(self._registry, self._syncer)
        self.syncs = SandboxSyncs(self._registry, self._syncer)
        self.file_changes = FileChangeRecorder(files.changes)
        self._registry.added.append(self.file_changes.begin)
        self.disks = SandboxDisks(self._registry)
        saver = FileSaver(self._syncer, self._lifecycle.tally)
        admission = SandboxAdmission(self._registry.owner, limits)
        self.usage = UsageBooks(self._registry.owner, limits)
        self._maker = MachineMaker(providers, Detours(admission, self._lifecycle, limits), self.usage, limits)
        self._starter = MachineStarter(
            self._maker, self.usage, self._syncer, saver, self._lifecycle, self._registry, limits
        )
        self._stopper = MachineStopper(self._maker, self._starter, saver, self._lifecycle, self._registry, limits)
        self._creator = SandboxCreator(self._starter, admission, self._lifecycle, self._registry, limits)
        self._launcher = SandboxLauncher(
            projects,
            self._maker,
            self._creator,
            self._lifecycle,
            self._registry,
            idempotency,
            limits,
            operations,
            self.remove_project,
        )
        self.renewal = SandboxRenewal(
            self._maker, self._starter, self._lifecycle, self._registry, idempotency, limits, operations
        )
        self.meter = SandboxMeter(self._lifecycle, self._registry)
        self.temporary = TemporarySandboxes(self._maker, self._creator, self._stopper, limits)
        self.suitability = SandboxSuitability(self.providers, self.temporary)
        sweeper = MachineSweeper(providers, self._maker, self.usage, self._lifecycle, self._registry, limits)
        self.reaper = SandboxReaper(
            sweeper, self._maker, self.usage, self._lifecycle, self._registry, self._starter, self._stopper, limits
        )

    async def create(
        self,
        viewer_id: str,
        project_id: ObjectId,
        wish: SandboxWish = ANYTHING,
        idempotency_key: str | None = None,
    ) -> SandboxRecord:
        """A new sandbox of a READY project, PENDING: it starts in the background.

        ProjectNotFound, ProjectNotReady, Unsupported where no provider of the wish is configured, SandboxQuotaExceeded,
        RateLimited.
        """
        return await self._launcher.create(viewer_id, project_id, wish, idempotency_key)

    async def start_for_project(self, user_id: str, project_id: ObjectId, provider: SandboxProviderName) -> None:
        """Have a sandbox of the project running, and return when it runs; one that lives already will do.

        Asks nothing of the project's status. SandboxNotRunning with the reason, Unsupported, SandboxQuotaExceeded,
        ProjectNotFound.
        """
        await self._launcher.start_for_project(user_id, project_id, provider)

    async def get(self, viewer_id: str, sandbox_id: ObjectId) -> SandboxRecord:
        """The viewer's sandbox; SandboxNotFound."""
        found = await SandboxSession.find_owned(viewer_id, [sandbox_id])
        if not found:
            raise SandboxNotFound(_NO_SUCH_SANDBOX)
        return found[0]

    async def get_many(self, viewer_id: str, sandbox_ids: Sequence[ObjectId]) -> dict[ObjectId, SandboxRecord]:
        """Those of the sandboxes that the viewer may see, by id, in one query."""
        return {record.id: record for record in await SandboxSession.find_owned(viewer_id, sandbox_ids)}

    async def list(self, viewer_id: str, wanted: SandboxFilter, page: PageRequest) -> Page[SandboxRecord]:
        """The viewer's sandboxes, newest first."""
        found = await SandboxSession.find_page(viewer_id, wanted, id_behind(page), page.first + 1)
        return page_by_id(found, page, lambda: SandboxSession.count_matching(viewer_id, wanted))

    async def live_for_projects(self, project_ids: Sequence[ObjectId]) -> dict[ObjectId, SandboxRecord]:
        """The newest live sandbox of each project that has one, in one query."""
        found = await SandboxSession.find_live(project_ids)
        return {record.project_id: record for record in found if not record.is_deleted}

    def status_changes(self, viewer_id: str, sandbox_id: ObjectId) -> AsyncGenerator[SandboxEventRecord, None]:
        """The present state, then each change, until STOPPED or ERROR; SandboxNotFound, also once it is gone."""
        return self._lifecycle.changes_for(viewer_id, sandbox_id)

    async def providers(self) -> Sequence[ProviderRecord]:
        """Every provider there is, and whether this server can use it now."""
        return await describe_all(self._providers, self._healths, self._limits)

    async def stop(self, viewer_id: str, sandbox_id: ObjectId) -> SandboxRecord:
        """End a sandbox and what runs in it. Safe to repeat. STOPPED where that is quick, STOPPING otherwise.

        It counts as an operation, but whoever has none left may stop a sandbox all the same.
        """
        record = await self.get(viewer_id, sandbox_id)
        if not record.is_live:
            return record
        await self._stop_soon(record, "Its owner stopped it.")
        return await self.get(viewer_id, sandbox_id)

    async def delete(self, viewer_id: str, sandbox_id: ObjectId) -> None:
        """End a sandbox, where it lives, and have it not be found any more; what it ran stays. SandboxNotFound."""
        record = await self.get(viewer_id, sandbox_id)
        await SandboxSession.mark_deleted(viewer_id, sandbox_id)
        if record.is_live:
            await self._stop_soon(record, DELETED)

    async def state(self, sandbox_id: ObjectId) -> SandboxRecord | None:
        """The sandbox whoever owns it, for rooms that have checked that already."""
        return await SandboxSession.find_record(sandbox_id)

    async def has_project(self, user_id: str, project_id: ObjectId) -> bool:
        """Whether the user's project is there and not being deleted, for rooms that keep things of it."""
        return bool(await self._projects.get_many(user_id, [project_id]))

    async def attach(self, sandbox_id: ObjectId) -> Sandbox:
        """The running machine with the project's present files in it; waits for a start, SandboxNotRunning else."""
        live = self._registry.get(sandbox_id)
        # One that is being restarted still has its old machine while that is saved: what came to it now would be lost.
        if live is None or self._starter.is_starting(sandbox_id):
            await self._lifecycle.until_running(sandbox_id, self._limits.attach_timeout_s)
            live = self._registry.get(sandbox_id)
        if live is None:
            raise SandboxNotRunning("The sandbox's machine is not held by this server.")
        await self._syncer.push_changes(sandbox_id, live)
        live.was_used = True
        return live.machine

    async def refresh(self, project_id: ObjectId) -> None:
        """Have the machines of a project that this server holds get its present files now. For those who have seen to
        the project's owner, and have changed its files: a failure, or more than 5 seconds, is not theirs. Where that
        fails the next use of the machine brings them.
        """
        await self._refresher.refresh(project_id)

    @contextlib.asynccontextmanager
    async def in_use(self, sandbox_id: ObjectId) -> AsyncIterator[None]:
        """Counts as activity for as long as the block lasts, so that the sandbox is not stopped as idle."""
        loop = asyncio.get_running_loop()
        with self._registry.use(sandbox_id):
            began, noting = loop.time(), asyncio.create_task(self.touch(sandbox_id))
            try:
                yield
            finally:
                await noting
                if loop.time() - began > _SHORT_USE_S:
                    await self.touch(sandbox_id)

    async def touch(self, sandbox_id: ObjectId) -> None:
        """Note activity: the time to the idle stop begins anew."""
        await patiently(lambda: SandboxSession.touch([sandbox_id]))

    async def stop_for_project(self, project_id: ObjectId) -> None:
        """End every sandbox of a project; returns when nothing of them runs here."""
        for record in await SandboxSession.find_live([project_id]):
            await self._stopper.stop(record, "Its project was deleted.", patience_s=0)

    async def remove_project(self, project_id: ObjectId) -> None:
        """End and forget every sandbox of a project. Safe to repeat."""
        await self.stop_for_project(project_id)
        await SandboxSession.remove_of_project(project_id)

    async def recover(self, *, exclusive: bool) -> None:
        """At start: end what dead servers left. `exclusive` says that no other server can be alive."""
        await self.reaper.recover(exclusive=exclusive)
        await self.reaper.sweeper.begin()

    @property
    def tally(self) -> SandboxTally:
        """What became of the sandboxes of this process."""
        return self._lifecycle.tally

    async def count_live(self) -> dict[tuple[str, str], int]:
        """How many live sandboxes there are, on all servers, by provider and status."""
        return await SandboxSession.count_live_by_status()

    async def close(self) -> None:
        """At shutdown: stop every machine of this process and say so in the records. The providers stay open."""
        for record in await SandboxSession.find_live_of_owner(self._registry.owner):
            self._stopper.begin(record, "The server shut down.")
        await self._stopper.join()
        await self._healths.close()
        await self._starter.close()
        await self._refresher.close()
        await self.file_changes.close()

    async def _stop_soon(self, record: SandboxRecord, reason: str) -> None:
        """Return when it has stopped, or after a while."""
        with contextlib.suppress(RateLimited):
            await self._operations.take(record.user_id)
        await asyncio.wait([self._stopper.begin(record, reason)], timeout=_STOP_PATIENCE_S)
