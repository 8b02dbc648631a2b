"""Blocking work in threads, one piece behind the other."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")


class Steps:
    """Blocking steps one behind the other, in threads. A caller that is cancelled leaves one running: `end` waits."""

    def __init__(self) -> None:
        self._last: asyncio.Future[Any] | None = None

    async def take(self, step: Callable[[], ResultT]) -> ResultT:
        """Take the next step; what it gives or raises."""
        self._last = taken = asyncio.ensure_future(asyncio.to_thread(step))
        return await asyncio.shield(taken)

    async def end(self, step: Callable[[], object]) -> None:
        """Take the last step once nothing runs any more; where none was taken before, there is none to be taken."""
        if self._last is not None:
            await asyncio.wait([self._last])
            self._last.exception()
            await asyncio.to_thread(step)
