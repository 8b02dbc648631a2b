"""The loop over the sandboxes of this process: leases, idle and old sandboxes, records that nothing stands behind."""

import asyncio
from datetime import timedelta

import structlog

from aura_gql.infra.lease_watch import LeaseWatch
from aura_gql.kernel.background import BackgroundTasks, Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.maker import MachineMaker
from aura_gql.sandboxes.records import SandboxClock, SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.starter import MachineStarter
from aura_gql.sandboxes.stopper import DELETED, MachineStopper
from aura_gql.sandboxes.sweeper import MachineSweeper
from aura_gql.sandboxes.usage.books import UsageBooks

_log = structlog.get_logger(__name__)
_RESTARTED = "The server restarted. What code changed in its files since the last save is lost."


class SandboxReaper:
    """Ends what should not live: the idle and the old, what dead servers left, and, by its `sweeper`, machines without
    a record and records without a machine.

    Nothing in its round waits for a provider: leases lapse while it waits.
    """

    def __init__(
        self,
        sweeper: MachineSweeper,
        maker: MachineMaker,
        books: UsageBooks,
        lifecycle: Lifecycle,
        registry: SandboxRegistry,
        starter: MachineStarter,
        stopper: MachineStopper,
        limits: SandboxLimits,
    ) -> None:
        self.sweeper = sweeper
        self._maker = maker
        self._books = books
        self._lifecycle = lifecycle
        self._registry = registry
        self._starter = starter
        self._stopper = stopper
        self._limits = limits
        self._watch = LeaseWatch(limits.lease_s)
        self._patrol = Periodic("sandbox patrol", limits.reaper_interval_s, self.patrol)
        self._tasks = BackgroundTasks()

    def start(self) -> None:
        """Begin the loops."""
        self._patrol.start()
        self.sweeper.start()

    async def stop(self) -> None:
        """End the loops and wait for that."""
        await self._patrol.stop()
        await self.sweeper.stop()
        await self._tasks.join()

    async def patrol(self) -> None:
        """One round over the sandboxes of this process."""
        now = utcnow()
        await SandboxSession.renew_leases(self._registry.owner, now + timedelta(seconds=self._limits.lease_s))
        if self._watch.renewed(asyncio.get_running_loop().time()) and await self.recover(exclusive=False):
            self.sweeper.soon()
        held = self._registry.ids()
        await self._books.see(self._registry.use_ids())
        if used := self._registry.used():
            await SandboxSession.touch(used)
        records = await SandboxSession.find_live_of_owner(self._registry.owner)
        for record in records:
            await self._inspect(record)
        wanted = {record.id for record in records}
        for sandbox_id in held:
            if sandbox_id not in wanted and (live := self._registry.pop(sandbox_id)) is not None:
                stop = self._maker.unmake(live.machine, live.use_id)
                self._tasks.spawn(stop, f"stop unwanted machine of {sandbox_id}")

    async def recover(self, *, exclusive: bool) -> bool:
        """End the records of servers that are dead: those whose lease ran out, with `exclusive` all but our own.
        Whether there were any.
        """
        abandoned = await SandboxSession.find_abandoned(self._registry.owner, utcnow(), exclusive=exclusive)
        for record in abandoned:
            reason = _RESTARTED
            _log.warning("sandbox.abandoned", sandbox_id=str(record.id), owner=record.owner)
            await self._lifecycle.advance(record.id, SandboxStatus.STOPPED, reason, only_from=[SandboxStatus.PENDING])
            await self._lifecycle.advance(record.id, SandboxStatus.STOPPING, reason)
            await self._lifecycle.advance(record.id, SandboxStatus.STOPPED, reason)
        return bool(abandoned)

    async def _inspect(self, record: SandboxRecord) -> None:
        now = utcnow()
        if record.status is SandboxStatus.STOPPING:
            self._stopper.begin(record, record.status_reason or "It was stopped.")
        elif record.is_deleted:
            self._stopper.begin(record, DELETED)
        elif self._is_lost(record):
            lost = "The server lost track of the machine."
            await self._lifecycle.advance(record.id, SandboxStatus.ERROR, lost, only_from=[SandboxStatus.RUNNING])
        elif record.expires_at <= now:
            patience_s = self._limits.save_patience_s
            minutes = f"{(record.expires_at - record.created_at).total_seconds() / 60:g}"
            self._stopper.begin(record, f"{SandboxClock.LIFETIME} of {minutes} minutes.", patience_s)
        elif record.status is SandboxStatus.RUNNING:
            self._starter.prolong_soon(record)
            await self._stop_if_idle(record)
        elif record.status is SandboxStatus.STARTING and self._registry.get(record.id) is not None:
            self._starter.restart(record)  # Asked for by another server, which does not have the machine.
        elif not self._starter.is_starting(record.id) and self._is_overdue(record):
            early = [SandboxStatus.PENDING, SandboxStatus.STARTING]
            reason = "The server lost track of its start."
            await self._lifecycle.advance(record.id, SandboxStatus.ERROR, reason, only_from=early)

    async def _stop_if_idle(self, record: SandboxRecord) -> None:
        idle_timeout_s = self._limits.idle_timeout_of(is_temporary=record.is_temporary)
        cutoff = utcnow() - timedelta(seconds=idle_timeout_s)
        if record.last_activity_at >= cutoff or self._registry.in_use(record.id):
            return
        reason = f"{SandboxClock.IDLE} {idle_timeout_s / 60:g} minutes."
        # Decided before the stopper has it: a stop that its owner asks for must not join one that may not come.
        if await self._lifecycle.advance(record.id, SandboxStatus.STOPPING, reason, idle_since=cutoff) is not None:
            self._stopper.begin(record, reason, self._limits.save_patience_s)

    def _is_lost(self, record: SandboxRecord) -> bool:
        is_here = self._registry.get(record.id) is not None or self._starter.is_starting(record.id)
        return record.status is SandboxStatus.RUNNING and not is_here

    def _is_overdue(self, record: SandboxRecord) -> bool:
        return record.updated_at < utcnow() - timedelta(seconds=self._limits.start_timeout_s)
