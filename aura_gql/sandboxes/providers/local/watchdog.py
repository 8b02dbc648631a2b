"""Limits that the kernel does not hold for us: the project folder's size, and memory where there is no cgroup."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from aura_gql.sandboxes.providers.local.buffers import buffered, filed, queued
from aura_gql.sandboxes.providers.local.bwrap import MEMORY_FOLDERS
from aura_gql.sandboxes.providers.local.descriptors import Held, held_by
from aura_gql.sandboxes.providers.local.disk import Usage, measure
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.memory import process_tree, tree_memory
from aura_gql.sandboxes.values import EndReason

INTERVAL_S = 0.2
FRESH_S = 1.0
# A long look must not become the host's main work.
REST_PER_LOOK = 2
# A command that makes what is too large still larger is ended, but late: many of them would fill the host. So one that
# does it beyond this many times the limit takes the sandbox with it.
HOPELESS = 2


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
        on_hopeless: Callable[[], Awaitable[None]],
    ) -> None:
        """`pid` is PID 1's on the host; `on_excess` is to end what runs inside, `on_hopeless` the sandbox itself."""
        self._pid = pid
        self._project = project
        self._limits = limits
        self._watch_memory = watch_memory
        self._on_excess = on_excess
        self._on_hopeless = on_hopeless
        self._device = os.stat(project).st_dev
        self._disk = Usage(0, 0)
        self._filed = 0
        self._latest = (-FRESH_S, self._disk)
        self.is_hopeless = False

    async def run(self) -> None:
        """Look at intervals, for ever."""
        while True:
            started = time.monotonic()
            excess = await asyncio.to_thread(self.look)
            if excess:
                await self._on_excess(excess)
                # It went on writing until it was ended, which is not the next command's doing.
                self._disk = await asyncio.to_thread(self._measure)
                self._filed = filed(self._pid, MEMORY_FOLDERS)
            if self.is_hopeless:
                await self._on_hopeless()
            await asyncio.sleep(max(INTERVAL_S, REST_PER_LOOK * (time.monotonic() - started)))

    def look(self) -> EndReason | None:
        """What is exceeded now, if anything. Blocks."""
        pids = process_tree(self._pid)
        if len(pids) == 1:
            return None
        held = held_by(pids, self._device)
        if self._uses_too_much_memory(held):
            return EndReason.MEMORY
        return EndReason.DISK if held.too_many or self._disk_grows_beyond(held.deleted) else None

    def _uses_too_much_memory(self, held: Held) -> bool:
        limit = self._limits.memory_bytes
        if not self._watch_memory:
            return queued(self._pid) > limit
        used = tree_memory(self._pid, limit)
        if used > limit:
            return True
        used += buffered(self._pid, held.pipes)
        return used > limit or self._files_grow_beyond(limit - used)

    def _files_grow_beyond(self, room: int) -> bool:
        """Those in memory-backed folders stay when what made them is ended, and somebody must be able to clear up."""
        before, self._filed = self._filed, filed(self._pid, MEMORY_FOLDERS)
        too_many = self._filed > room and self._filed > before
        self.is_hopeless = too_many and self._filed > HOPELESS * self._limits.memory_bytes
        return too_many

    def _disk_grows_beyond(self, deleted: Usage) -> bool:
        """Too much and still growing: who is over the limit must be able to clear up."""
        named = self._measure()
        now = Usage(named.size + deleted.size, named.files + deleted.files, named.too_deep)
        before, limits = self._disk, self._limits
        self._disk = now
        too_large = now.size > limits.disk_bytes and now.size > before.size
        too_many = now.files > limits.disk_files and now.files >= before.files
        was_too_much = before.size > limits.disk_bytes or before.files > limits.disk_files
        far_too_large = too_large and now.size > HOPELESS * limits.disk_bytes
        far_too_many = too_many and now.files > HOPELESS * limits.disk_files
        self.is_hopeless = was_too_much and (far_too_large or far_too_many)
        return too_large or too_many or (now.too_deep and not before.too_deep)

    def usage(self) -> Usage:
        """What the project folder takes, as of a second ago at the most. Blocks."""
        measured_at, usage = self._latest
        return usage if time.monotonic() - measured_at < FRESH_S else self._measure()

    def _measure(self) -> Usage:
        usage = measure(self._project, HOPELESS * self._limits.disk_files)
        self._latest = (time.monotonic(), usage)
        return usage
