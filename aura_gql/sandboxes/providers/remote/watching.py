"""Noticing that a machine has ended, or was stopped for a while, without being told."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aura_gql.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """Looks are between `shortest_s` and `longest_s` apart, by chance, so that those of many machines spread; a
    suspicion makes the next one come `soonest_s` behind the last.
    """

    shortest_s: float = 5.0
    longest_s: float = 15.0
    soonest_s: float = 0.5


class MachineWatch:
    """Looks at a machine again and again until it has ended."""

    def __init__(self, look: Callable[[], Awaitable[bool]], limits: WatchLimits) -> None:
        """`look` says whether it is still there; an error of the domain says that this is unknown."""
        self._look = look
        self._limits = limits
        self._is_suspicious = asyncio.Event()
        self._is_over = False
        self._task = asyncio.create_task(self._run(), name="watch a machine")

    def suspect(self) -> None:
        """Look at once: something that it should have answered was lost."""
        self._is_suspicious.set()

    @property
    def has_ended(self) -> bool:
        """Whether it looks no more."""
        return self._task.done()

    def end(self) -> None:
        """Look no more. Safe to repeat, and from within a look."""
        self._is_over = True
        if self._task is not asyncio.current_task():
            self._task.cancel()

    async def _run(self) -> None:
        is_there = True
        # A look may swallow the cancellation: in Python 3.11 `asyncio.wait_for`, and so a vendor's SDK, at times does.
        while is_there and not self._is_over:
            await asyncio.sleep(self._limits.soonest_s)
            pause_s = random.uniform(self._limits.shortest_s, self._limits.longest_s)  # noqa: S311
            try:
                async with asyncio.timeout(pause_s):
                    await self._is_suspicious.wait()
            except TimeoutError:
                pass
            self._is_suspicious.clear()
            try:
                is_there = await self._look()
            except DomainError:
                continue  # It is taken to be there until its vendor says that it is not.
