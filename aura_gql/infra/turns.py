"""Turns in one process, where tasks that go at once would only undo each other."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """Has those of one key come one behind the other, first come, first served.

    It saves work and promises nothing: who has waited for `patience_s` goes ahead all the same, and other processes
    have turns of their own. What must not go wrong has to be right without it.
    """

    def __init__(self, patience_s: float = 5.0) -> None:
        self._patience_s = patience_s
        # A lock lives for as long as somebody holds it or waits for it.
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[None]:
        """The turn lasts as long as the block."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        has_turn = await self._acquire(lock)
        try:
            yield
        finally:
            if has_turn:
                lock.release()

    async def _acquire(self, lock: asyncio.Lock) -> bool:
        try:
            async with asyncio.timeout(self._patience_s):
                return await lock.acquire()
        except TimeoutError:
            return False
