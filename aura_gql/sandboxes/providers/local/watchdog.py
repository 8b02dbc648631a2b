"""Limits that the kernel does not hold for us: the project folder's size, and memory where there is no cgroup."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from aura_gql.sandboxes.ports import EndReason
from aura_gql.sandboxes.providers.local.disk import Usage, measure
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.memory import process_tree, tree_memory

INTERVAL_S = 0.2
# A long look must not become the host's main work.
REST_PER_LOOK = 2


class Watchdog:
    """Looks after one sandbox while anything runs in it."""

    def __init__(
        self,
        pid: int,
        project: Path,
        limits: LocalLimits,
        *,
        watch_memory: bool,
        on_excess: Callable[[EndReason], Awaitable[None]],
    ) -> None:
        """`pid` is PID 1's on the host; `on_excess` is to end what runs inside."""
        self._pid = pid
        self._project = project
        self._limits = limits
        self._watch_memory = watch_memory
        self._on_excess = on_excess
        self._disk = Usage(0, 0)

    async def run(self) -> None:
        """Look at intervals, for ever."""
        while True:
            started = time.monotonic()
            excess = await asyncio.to_thread(self.look)
            if excess:
                await self._on_excess(excess)
            await asyncio.sleep(max(INTERVAL_S, REST_PER_LOOK * (time.monotonic() - started)))

    def look(self) -> EndReason | None:
        """What is exceeded now, if anything. Blocks."""
        if len(process_tree(self._pid)) == 1:
            return None
        limit = self._limits.memory_bytes
        if self._watch_memory and tree_memory(self._pid, limit) > limit:
            return EndReason.MEMORY
        return EndReason.DISK if self._disk_grows_beyond() else None

    def _disk_grows_beyond(self) -> bool:
        """Too much and still growing: who is over the limit must be able to clear up."""
        before, now = self._disk, measure(self._project, self._limits.disk_files)
        self._disk = now
        too_large = now.size > self._limits.disk_bytes and now.size > before.size
        too_many = now.files > self._limits.disk_files and now.files >= before.files
        return too_large or too_many or (now.too_deep and not before.too_deep)
