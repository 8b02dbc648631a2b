"""Counters in memory for the `limits` library, in bounded space and time.

The library's own `async+memory` store walks over all its keys on every hit, and holds as many as come in a window: a
stranger who changes his address for each request would slow everybody down and fill the memory.
"""

import time
from collections import OrderedDict

from limits.aio.storage import Storage

MAX_COUNTERS = 50_000
"""About 15 MB. Beyond, the counter that was begun first is forgotten."""


class BoundedCounters(Storage):
    """Counters that expire, at most `max_counters` of them."""

    STORAGE_SCHEME = ["async+bounded"]  # noqa: RUF012

    def __init__(
        self,
        uri: str | None = None,
        wrap_exceptions: bool = False,
        max_counters: int = MAX_COUNTERS,
        **options: float | str | bool,
    ) -> None:
        """Begin with none."""
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._max_counters = max_counters

    def __len__(self) -> int:
        """How many counters it holds."""
        return len(self._counters)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong: nothing does."""
        return ValueError

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count `amount` more, which may be negative; a new counter lives for `expiry` seconds."""
        now = time.time()
        count, expires_at = self._counters.get(key, (0, 0.0))
        if expires_at <= now:
            self._counters.pop(key, None)
            count, expires_at = 0, now + expiry
            self._make_room(now)
        self._counters[key] = (count + amount, expires_at)
        return count + amount

    async def get(self, key: str) -> int:
        """The count; 0 for a counter that is not there."""
        count, expires_at = self._counters.get(key, (0, 0.0))
        return count if expires_at > time.time() else 0

    async def get_expiry(self, key: str) -> float:
        """When the counter expires, in seconds since the epoch; now for one that is not there."""
        return self._counters.get(key, (0, time.time()))[1]

    async def check(self) -> bool:
        """It is always there."""
        return True

    async def reset(self) -> int | None:
        """Forget everything; how many counters that were."""
        held = len(self._counters)
        self._counters.clear()
        return held

    async def clear(self, key: str) -> None:
        """Forget one counter."""
        self._counters.pop(key, None)

    def _make_room(self, now: float) -> None:
        """Forget the oldest where there is no room, and up to two that have expired: more than come in."""
        while len(self._counters) >= self._max_counters:
            self._counters.popitem(last=False)
        for _ in range(2):
            oldest = next(iter(self._counters.values()), None)
            if oldest is None or oldest[1] > now:
                return
            self._counters.popitem(last=False)
