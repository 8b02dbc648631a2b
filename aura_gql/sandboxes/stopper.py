"""Taking machines down, once each, whoever asks and however often."""

import asyncio

import structlog
from bson import ObjectId

from aura_gql.kernel.background import BackgroundTasks
from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.maker import MachineMaker
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.saver import FileSaver
from aura_gql.sandboxes.starter import MachineStarter

DELETED = "Its owner deleted it."

_log = structlog.get_logger(__name__)


class MachineStopper:
    """Ends sandboxes that this process owns. One that another server owns is marked STOPPING, and its owner ends it."""

    def __init__(
        self,
        maker: MachineMaker,
        starter: MachineStarter,
        saver: FileSaver,
        lifecycle: Lifecycle,
        registry: SandboxRegistry,
        limits: SandboxLimits,
    ) -> None:
        self._maker = maker
        self._starter = starter
        self._saver = saver
        self._limits = limits
        self._lifecycle = lifecycle
        self._registry = registry
        self._tasks = BackgroundTasks()
        self._stopping: dict[ObjectId, asyncio.Task[None]] = {}

    def begin(self, record: SandboxRecord, reason: str, patience_s: float | None = None) -> asyncio.Task[None]:
        """Stop a sandbox in the background; the task ends when nothing of it runs. Joins a stop under way.

        What code changed is saved first, for which it waits `patience_s` at most; 0 is not to save, None the limit for
        a stop that somebody asked for.
        """
        task = self._stopping.get(record.id)
        if task is None:
            patience_s = self._limits.save_timeout_s if patience_s is None else patience_s
            task = self._tasks.spawn(self._stop(record, reason, patience_s), f"stop sandbox {record.id}")
            self._stopping[record.id] = task
            task.add_done_callback(lambda _: self._stopping.pop(record.id, None))
        return task

    async def stop(self, record: SandboxRecord, reason: str, patience_s: float | None = None) -> None:
        """Stop a sandbox and wait until nothing of it runs."""
        await asyncio.wait([self.begin(record, reason, patience_s)])

    async def join(self) -> None:
        """Wait for every stop under way."""
        await self._tasks.join()

    async def _stop(self, record: SandboxRecord, reason: str, patience_s: float) -> None:
        advance = self._lifecycle.advance
        if await advance(record.id, SandboxStatus.STOPPED, reason, only_from=[SandboxStatus.PENDING]) is not None:
            return
        if await advance(record.id, SandboxStatus.STOPPING, reason) is None:
            current = await SandboxSession.find_record(record.id)
            if current is None or current.status is not SandboxStatus.STOPPING:
                return
            reason = current.status_reason or reason
        if self._registry.get(record.id) is not None or self._starter.is_starting(record.id):
            await self._take_down(record, reason, patience_s)
        elif record.owner == self._registry.owner:
            await advance(record.id, SandboxStatus.STOPPED, reason)

    async def _take_down(self, record: SandboxRecord, reason: str, patience_s: float) -> None:
        await self._starter.cancel(record.id)
        if (held := self._registry.get(record.id)) is not None:
            trouble = await self._saver.save_before_end(record, held, patience_s)
            reason = f"{reason} {trouble}" if trouble else reason
        live = self._registry.pop(record.id)
        try:
            if live is not None:
                await self._maker.unmake(live.machine, live.use_id)
        except DomainError as error:
            self._lifecycle.tally.failed(record.provider, "stop", error)
            _log.error("sandbox.not_stopped", sandbox_id=str(record.id), reason=error.message)
            message = f"The sandbox could not be stopped: {error.message}"
            await self._lifecycle.advance(record.id, SandboxStatus.ERROR, message)
            return
        await self._lifecycle.advance(record.id, SandboxStatus.STOPPED, reason)
