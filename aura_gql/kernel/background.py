"""Work beside the requests: tasks that are kept track of, and loops with a start and a stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

# An action in the middle of a query gets a moment: PyMongo leaves a socket open that is cancelled as it connects.
_STOP_GRACE_S = 1.0

_log = logging.getLogger(__name__)


ResultT = TypeVar("ResultT")


async def undisturbed(work: Coroutine[None, None, ResultT]) -> ResultT:
    """The result of `work`, which goes on to its end where its caller is cancelled meanwhile.

    For reads in whose middle many may end at once: PyMongo closes the connection of a query that is cancelled, and at
    times swallows the cancellation.
    """
    return await asyncio.shield(asyncio.ensure_future(work))


async def to_its_end(work: Coroutine[None, None, ResultT]) -> ResultT:
    """The result of `work`. Where its caller is cancelled meanwhile, that counts once `work` has ended.

    For what nobody may find half done.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


class BackgroundTasks:
    """Tasks that nobody awaits at once: held so that they are not collected, and awaited at the end.

    What such a task raises is logged here; whoever needs to know of a failure records it in the task itself.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        """Run `work` beside the caller."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Background task %s failed", task.get_name(), exc_info=error)

    async def join(self) -> None:
        """Wait until none is left, those spawned meanwhile included."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def cancel(self) -> None:
        """Cancel all and wait for their end."""
        for task in self._tasks:
            task.cancel()
        await self.join()


class Periodic:
    """Runs an action at once and then every `interval_s` seconds; a failure is logged and does not end the loop."""

    def __init__(self, name: str, interval_s: float, action: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._interval_s = interval_s
        self._action = action
        self._task: asyncio.Task[None] | None = None
        self._is_acting = False

    def start(self) -> None:
        """Begin; does nothing where it runs already."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """End it and wait for that: behind the action that runs, or in its middle where it takes over a second."""
        task, self._task = self._task, None
        if task is not None:
            try:
                if self._is_acting:
                    await asyncio.wait([task], timeout=_STOP_GRACE_S)
            finally:
                task.cancel()
            await asyncio.wait([task])  # Unlike `await task`, tells the task's cancellation from the caller's own.

    async def _run(self) -> None:
        # An action may swallow its cancellation: in Python 3.11 `asyncio.wait_for`, and so PyMongo, at times does.
        while self._task is asyncio.current_task():
            self._is_acting = True
            try:
                await self._action()
            except Exception:
                _log.exception("Background loop %s failed; it goes on", self._name)
            finally:
                self._is_acting = False
            if self._task is asyncio.current_task():
                await asyncio.sleep(self._interval_s)
