"""Comparing beside the event loop, few at a time."""

import asyncio

from aura_gql.files.diffing.compare import compare
from aura_gql.files.diffing.records import DiffLimits, TextDiff

_AT_ONCE = 2


class Differ:
    """Compares texts in threads. More at once would only take the loop its turns."""

    def __init__(self, limits: DiffLimits | None = None) -> None:
        self._limits = limits or DiffLimits()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def takes(self, size: int) -> bool:
        """Whether a text of so many bytes is within the limits."""
        return size <= self._limits.max_bytes

    async def compare(self, old: bytes, new: bytes) -> TextDiff | None:
        """As `compare` does: None where the texts are beyond the limits."""
        async with self._turns:
            return await asyncio.to_thread(compare, old, new, self._limits)
