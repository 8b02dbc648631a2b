"""The two clocks of an execution: how long it may run, and how long it may be silent."""

import asyncio

from aura_gql.executions.records import TimeoutClock


class Clocks:
    """Both run from `start`; None is a clock that there is not. Milliseconds."""

    def __init__(self, timeout_ms: int | None, idle_timeout_ms: int | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeout_ms = timeout_ms
        self._idle_timeout_ms = idle_timeout_ms
        self._started_at = self._active_at = self._loop.time()

    def start(self) -> None:
        """The process runs."""
        self._started_at = self._active_at = self._loop.time()

    def touch(self) -> None:
        """It printed something, or was fed: the idle clock begins anew."""
        self._active_at = self._loop.time()

    async def ring(self) -> TimeoutClock:
        """Waits until a clock has run out; says which."""
        while True:
            clock, at = min(self._ends(), key=lambda end: end[1], default=(TimeoutClock.EXECUTION, None))
            if at is None:
                await self._loop.create_future()
            elif at <= self._loop.time():
                return clock
            else:
                await asyncio.sleep(at - self._loop.time())

    def _ends(self) -> list[tuple[TimeoutClock, float]]:
        ends = []
        if self._timeout_ms is not None:
            ends.append((TimeoutClock.EXECUTION, self._started_at + self._timeout_ms / 1000))
        if self._idle_timeout_ms is not None:
            ends.append((TimeoutClock.IDLE, self._active_at + self._idle_timeout_ms / 1000))
        return ends
