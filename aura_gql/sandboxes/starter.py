"""Bringing machines up in the background, and noticing when one goes by itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace

import structlog
from bson import ObjectId

from aura_gql.kernel.background import BackgroundTasks, to_its_end
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError, Unsupported
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.maker import MachineMaker, MadeMachine
from aura_gql.sandboxes.records import MachineFacts, SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.registry import LiveSandbox, SandboxRegistry
from aura_gql.sandboxes.saver import FileSaver
from aura_gql.sandboxes.syncing.records import SyncedState
from aura_gql.sandboxes.syncing.syncer import ProjectSyncer
from aura_gql.sandboxes.usage.books import UsageBooks
from aura_gql.sandboxes.values import Enforcement, Limit

_log = structlog.get_logger(__name__)


class MachineStarter:
    """Has the machine of each PENDING record made, fills it with the project's files and hands it over as RUNNING."""

    def __init__(
        self,
        maker: MachineMaker,
        books: UsageBooks,
        syncer: ProjectSyncer,
        saver: FileSaver,
        lifecycle: Lifecycle,
        registry: SandboxRegistry,
        limits: SandboxLimits,
    ) -> None:
        self._maker = maker
        self._books = books
        self._syncer = syncer
        self._saver = saver
        self._lifecycle = lifecycle
        self._registry = registry
        self._limits = limits
        self._tasks = BackgroundTasks()
        self._prolonging: set[ObjectId] = set()
        self._starting: dict[ObjectId, asyncio.Task[None]] = {}

    def start(self, record: SandboxRecord) -> None:
        """Bring a PENDING sandbox up in the background; how that ended is told by its status."""
        self._spawn(record.id, self._start(record))

    def restart(self, record: SandboxRecord) -> None:
        """Put a new machine in the place of the one of a sandbox that went back to STARTING, in the background.

        What runs in the old one ends with it, once its files are saved: where they can't be, it stays. Does nothing
        where that is under way.
        """
        if not self.is_starting(record.id):
            self._spawn(record.id, self._replace(record))

    async def prolong(self, record: SandboxRecord) -> None:
        """Have the machine, where this process holds it, live as long as its record says. A failure is logged: the
        next patrol tries again.
        """
        live = self._registry.get(record.id)
        if live is None or live.lives_until >= record.expires_at:
            return
        try:
            await live.machine.extend(record.expires_at)
        except DomainError as error:
            self._lifecycle.tally.failed(record.provider, "extend", error)
            _log.warning("sandbox.not_extended", sandbox_id=str(record.id), reason=error.message)
            if isinstance(error, Unsupported):
                # It lives as long as its provider lets it, which will not change by being asked again.
                live.lives_until = record.expires_at
        else:
            live.lives_until = max(live.lives_until, record.expires_at)

    def prolong_soon(self, record: SandboxRecord) -> None:
        """The same in the background, where it is needed and not under way."""
        live = self._registry.get(record.id)
        if live is None or live.lives_until >= record.expires_at or record.id in self._prolonging:
            return
        self._prolonging.add(record.id)
        task = self._tasks.spawn(self.prolong(record), f"prolong sandbox {record.id}")
        task.add_done_callback(lambda _: self._prolonging.discard(record.id))

    def is_starting(self, sandbox_id: ObjectId) -> bool:
        """Whether this process is bringing it up."""
        return sandbox_id in self._starting

    async def cancel(self, sandbox_id: ObjectId) -> None:
        """Give up bringing a machine up; returns when nothing of it is left."""
        task = self._starting.get(sandbox_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """Cancel whatever still starts or is watched."""
        await self._tasks.cancel()

    def _spawn(self, sandbox_id: ObjectId, work: Coroutine[None, None, None]) -> None:
        task = self._tasks.spawn(work, f"start sandbox {sandbox_id}")
        self._starting[sandbox_id] = task
        task.add_done_callback(lambda _: self._starting.pop(sandbox_id, None))

    async def _start(self, record: SandboxRecord) -> None:
        pending = [SandboxStatus.PENDING]
        if await self._lifecycle.advance(record.id, SandboxStatus.STARTING, only_from=pending) is not None:
            await self._telling_failure(record, self._bring_up(record))

    async def _replace(self, record: SandboxRecord) -> None:
        # Another provider was allowed for the sandbox's first machine, which it has had.
        await self._telling_failure(record, self._take_down_and_bring_up(replace(record, fallback=())))

    async def _take_down_and_bring_up(self, record: SandboxRecord) -> None:
        current = await SandboxSession.find_record(record.id)
        if current is None or current.status is not SandboxStatus.STARTING:
            return
        live = self._registry.get(record.id)
        if live is not None:
            trouble = await self._saver.save_before_end(record, live, self._limits.save_timeout_s)
            if trouble is not None:
                kept = f"It was not restarted. {trouble}"
                await self._lifecycle.advance(
                    record.id, SandboxStatus.RUNNING, kept, only_from=[SandboxStatus.STARTING]
                )
                # Where it ended meanwhile, nobody took note, as it was about to be replaced.
                self._look_after(MadeMachine(record, live.machine, live.use_id))
                return
            self._registry.pop(record.id)
            await to_its_end(self._maker.unmake(live.machine, live.use_id))
        await self._bring_up(record)

    async def _telling_failure(self, record: SandboxRecord, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception as error:
            self._lifecycle.tally.failed(record.provider, "start", error)
            await self._lifecycle.advance(
                record.id, SandboxStatus.ERROR, self._reason(record, error), only_from=[SandboxStatus.STARTING]
            )

    async def _bring_up(self, record: SandboxRecord) -> None:
        async with asyncio.timeout(self._limits.start_timeout_s), self._machine(record) as made:
            record, machine = made.record, made.machine
            revision = await self._syncer.fill(machine, record.project_id)
            synced = SyncedState(revision)
            live = LiveSandbox(machine, record.project_id, record.user_id, synced, record.expires_at, made.use_id)
            self._registry.add(record.id, live)
            output = Limit(self._limits.output_bytes, Enforcement.HARD)
            limits = replace(machine.limits, output_bytes=output)
            facts = MachineFacts(machine.provider_sandbox_id, revision, limits)
            running = await self._lifecycle.running(record.id, facts, utcnow())
            if running is None:
                self._registry.pop(record.id)
                await self._maker.discard(made)
                return
        self._look_after(made)

    def _look_after(self, made: MadeMachine) -> None:
        self._tasks.spawn(self._watch(made), f"watch sandbox {made.record.id}")

    @contextlib.asynccontextmanager
    async def _machine(self, record: SandboxRecord) -> AsyncIterator[MadeMachine]:
        """A new machine, stopped where the block fails or is cancelled."""
        made = await self._maker.make(record)
        try:
            yield made
        except BaseException:
            self._registry.pop(record.id)
            await self._maker.discard(made)
            raise

    async def _watch(self, made: MadeMachine) -> None:
        sandbox_id, provider = made.record.id, made.record.provider
        reason = await made.machine.wait_gone()
        live = self._registry.get(sandbox_id)
        if live is None or live.machine is not made.machine:
            return
        ended_at = utcnow()
        gone = await self._lifecycle.advance(sandbox_id, SandboxStatus.ERROR, reason, only_from=[SandboxStatus.RUNNING])
        if gone is not None:
            self._registry.pop(sandbox_id)
            self._lifecycle.tally.failed(provider, "run")
            _log.warning("sandbox.gone", sandbox_id=str(sandbox_id), reason=reason)
            await self._books.close(made.use_id, ended_at)
            await made.machine.stop()

    def _reason(self, record: SandboxRecord, error: Exception) -> str:
        if isinstance(error, DomainError):
            _log.warning("sandbox.not_started", sandbox_id=str(record.id), reason=error.message)
            return error.message
        if isinstance(error, TimeoutError):
            return f"The sandbox did not start within {self._limits.start_timeout_s:g} seconds."
        _log.error("sandbox.not_started", sandbox_id=str(record.id), exc_info=error)
        return "The sandbox could not be started because of an internal error."
