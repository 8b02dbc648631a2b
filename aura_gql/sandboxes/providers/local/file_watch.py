"""Watching the files of a local sandbox while it runs."""

import asyncio
import logging
import select
from types import TracebackType
from typing import Any

from aura_gql.sandboxes.machine_files.values import FileBatch
from aura_gql.sandboxes.providers.local.inotify import Inotify
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.local.readiness import readable
from aura_gql.sandboxes.providers.local.watched_tree import WatchedTree

DEBOUNCE_S = 0.05
RETRY_S = 1.0
# A reader who is further behind holds the looking back; what happens meanwhile becomes one difference.
BATCHES_WAITING = 8

_log = logging.getLogger(__name__)


class LocalFileWatch:
    """Satisfies the `FileWatch` port, for as long as its context lasts."""

    def __init__(self, files: ProjectFolder, gone: "asyncio.Future[str]") -> None:
        self._files = files
        self._gone = gone
        self._inotify = _queue_of_events()
        self._tree = WatchedTree(files.beneath, self._inotify)
        self._batches: asyncio.Queue[FileBatch | None] = asyncio.Queue(BATCHES_WAITING)
        self._turn = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None
        self._is_told = True
        self._failed = False

    async def __aenter__(self) -> "LocalFileWatch":
        await asyncio.to_thread(self._tree.begin)
        self._files.observers.append(self._tree.absorb)
        if self._inotify is not None:
            self._pump = asyncio.create_task(self._run(self._inotify), name="watch files")
        self._gone.add_done_callback(self._end)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gone.remove_done_callback(self._end)
        if self._tree.absorb in self._files.observers:
            self._files.observers.remove(self._tree.absorb)
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait({self._pump})
        async with self._turn:  # A look goes on in its thread although nobody waits for it.
            if self._inotify is not None:
                self._inotify.close()

    def __aiter__(self) -> "LocalFileWatch":
        return self

    async def __anext__(self) -> FileBatch:
        if not self._is_told:
            self._is_told = True
            self._batches.task_done()
        if self._gone.done() and self._batches.empty():
            raise StopAsyncIteration
        batch = await self._batches.get()
        self._is_told = False
        if batch is None:
            raise StopAsyncIteration
        return batch

    async def settle(self) -> None:
        """As the port says. Costs next to nothing where nothing has happened."""
        if self._gone.done():
            return
        if self._has_news():
            await self._digest()
        if not (self._batches.empty() and self._is_told):
            joining = asyncio.ensure_future(self._batches.join())
            try:
                await _either(joining, self._gone)
            finally:
                joining.cancel()

    async def _run(self, inotify: Inotify) -> None:
        while True:
            await readable(inotify.descriptor)
            await asyncio.sleep(DEBOUNCE_S)
            await self._digest()
            while self._failed:
                await asyncio.sleep(RETRY_S)
                await self._digest()

    async def _digest(self) -> None:
        """Look, and hand on what was found. A look that was begun is finished and its finds are handed on."""
        await asyncio.shield(asyncio.ensure_future(self._look()))

    async def _look(self) -> None:
        async with self._turn:
            if self._gone.done():
                return
            try:
                found = await asyncio.to_thread(self._tree.digest)
            except Exception as error:
                # Whatever it was: a watch must not end unseen, and the tree knows to compare everything next time.
                _log.error("The files of a sandbox could not be read", exc_info=error)
                self._failed = True
                return
            self._failed = False
            if found and not self._gone.done():
                await self._hand_on(found)

    async def _hand_on(self, found: FileBatch) -> None:
        putting = asyncio.ensure_future(self._batches.put(found))
        await _either(putting, self._gone)
        putting.cancel()

    def _has_news(self) -> bool:
        if self._inotify is None or self._tree.needs_look or self._turn.locked():
            return True
        ready = select.poll()
        ready.register(self._inotify.descriptor, select.POLLIN)
        return bool(ready.poll(0))

    def _end(self, _: "asyncio.Future[str]") -> None:
        if self._pump is not None:
            self._pump.cancel()
        if not self._batches.full():
            self._batches.put_nowait(None)


async def _either(one: "asyncio.Future[Any]", other: "asyncio.Future[Any]") -> None:
    await asyncio.wait([one, other], return_when=asyncio.FIRST_COMPLETED)


def _queue_of_events() -> Inotify | None:
    try:
        return Inotify()
    except OSError as error:
        _log.warning("No file events from the kernel: %s", error)
        return None
