"""A bound on silence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Of the time allowed: how exact the clock is, so that it is not set again for each packet.
_PRECISION = 0.1


class IdleClock:
    """Ends a block with TimeoutError when nothing moved for `idle_s` seconds."""

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._loop = asyncio.get_running_loop()
        self._timeout = asyncio.timeout(None)
        self._set_at = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bound what happens in the block."""
        async with self._timeout:
            self._set(self._loop.time())
            yield

    def moved(self) -> None:
        """Something did: it begins anew."""
        now = self._loop.time()
        if now - self._set_at > self._idle_s * _PRECISION and not self._timeout.expired():
            self._set(now)

    def _set(self, now: float) -> None:
        self._set_at = now
        self._timeout.reschedule(now + self._idle_s)
