"""Comparing what providers have with what is recorded: machines without a record, and records without a machine."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

import structlog
from bson import ObjectId

from aura_gql.kernel.background import BackgroundTasks, Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.maker import MachineMaker
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.usage.books import UsageBooks

_log = structlog.get_logger(__name__)
# A server does not keep its clients waiting for a provider that does not answer.
_START_PATIENCE_S = 5.0


class MachineSweeper:
    """Looks at each provider by itself, so that none waits for another, and at none for longer than a limit."""

    def __init__(
        self,
        providers: Mapping[SandboxProviderName, SandboxProvider],
        maker: MachineMaker,
        books: UsageBooks,
        lifecycle: Lifecycle,
        registry: SandboxRegistry,
        limits: SandboxLimits,
    ) -> None:
        self._providers = providers
        self._maker = maker
        self._books = books
        self._lifecycle = lifecycle
        self._registry = registry
        self._limits = limits
        self._missing: dict[ObjectId, Sandbox] = {}
        self._tasks = BackgroundTasks()
        self._loops = [
            Periodic(f"sandbox sweep of {name}", limits.orphan_interval_s, partial(self._sweep, name))
            for name in providers
        ]

    def start(self) -> None:
        """Begin a loop for each provider."""
        for loop in self._loops:
            loop.start()

    async def stop(self) -> None:
        """End the loops and wait for that."""
        await asyncio.gather(*(loop.stop() for loop in self._loops))
        await self._tasks.cancel()

    async def begin(self) -> None:
        """Remove orphans in the background; returns when that is done, or after a few seconds."""
        await asyncio.wait([self.soon()], timeout=_START_PATIENCE_S)

    def soon(self) -> "asyncio.Task[None]":
        """Remove orphans in the background."""
        return self._tasks.spawn(self.remove_orphans(), "sandbox orphans")

    async def remove_orphans(self) -> None:
        """End the machines that no live record wants, and close what the books still say of them."""
        await asyncio.gather(*(self._guarded(name, self._remove_orphans) for name in self._providers))

    async def end_lost(self) -> None:
        """End the records of this process whose machines their providers do not know any more.

        A provider's list may lag behind: a machine counts as lost that two lists in a row lack, and that is not new.
        """
        await asyncio.gather(*(self._guarded(name, self._end_lost) for name in self._providers))

    async def _sweep(self, name: SandboxProviderName) -> None:
        await self._guarded(name, self._remove_orphans)
        await self._guarded(name, self._end_lost)

    async def _guarded(
        self, name: SandboxProviderName, action: Callable[[SandboxProviderName], Awaitable[None]]
    ) -> None:
        """One provider's trouble is told, and nobody else's."""
        try:
            async with asyncio.timeout(self._limits.sweep_timeout_s):
                await action(name)
        except (DomainError, TimeoutError) as error:
            self._lifecycle.tally.failed(name, "sweep", error)
            _log.warning("sandbox.sweep_failed", provider=name.value, reason=str(error) or "It took too long.")

    async def _remove_orphans(self, name: SandboxProviderName) -> None:
        async with self._maker.gates[name]:
            live = await SandboxSession.live_ids(name)
            left = await self._books.left(name, live)
            listed = await self._providers[name].list() if left else []
            removed = await self._providers[name].remove_orphans([str(sandbox_id) for sandbox_id in live])
            await self._books.settle(left, listed, removed)
        if removed:
            _log.warning("sandbox.orphans_removed", provider=name.value, count=len(removed))

    async def _end_lost(self, name: SandboxProviderName) -> None:
        records = {
            record.id: record
            for record in await SandboxSession.find_live_of_owner(self._registry.owner)
            if record.provider is name and record.status is SandboxStatus.RUNNING
        }
        held = {sandbox_id: live.machine for sandbox_id in records if (live := self._registry.get(sandbox_id))}
        there = {machine.sandbox_id for machine in await self._providers[name].list()}
        for sandbox_id, machine in held.items():
            if str(sandbox_id) in there or self._is_new(records[sandbox_id]):
                self._missing.pop(sandbox_id, None)
            elif self._missing.get(sandbox_id) is not machine:
                self._missing[sandbox_id] = machine
            else:
                await self._end_as_lost(records[sandbox_id], machine)
        self._missing = {key: machine for key, machine in self._missing.items() if self._registry.get(key) is not None}

    def _is_new(self, record: SandboxRecord) -> bool:
        settled_at = (record.started_at or record.updated_at) + timedelta(seconds=self._limits.list_lag_s)
        return utcnow() < settled_at

    async def _end_as_lost(self, record: SandboxRecord, machine: Sandbox) -> None:
        # One that got another machine meanwhile, or none, may have been missing in between.
        live = self._registry.get(record.id)
        if live is None or live.machine is not machine:
            return
        reason = "Its provider does not know the machine any more."
        running = [SandboxStatus.RUNNING]
        if await self._lifecycle.advance(record.id, SandboxStatus.ERROR, reason, only_from=running) is None:
            return
        self._lifecycle.tally.failed(record.provider, "run")
        self._registry.pop(record.id)
        await self._maker.unmake(machine, live.use_id)
