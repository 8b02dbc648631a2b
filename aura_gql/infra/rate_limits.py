"""Rate limits over the `limits` library: counted in this process, or for all processes in Redis."""

import logging
import math
import time
from importlib import import_module
from typing import Any
from uuid import uuid4
from zlib import crc32

from limits.aio.storage import RedisStorage, Storage

from aura_gql.infra.counters import BoundedCounters
from aura_gql.infra.ports import Allowance
from aura_gql.kernel.errors import RateLimited

REDIS_TIMEOUT_S = 0.5
"""Longer than Redis ever takes, and short enough for a request to wait."""

REDIS_CONNECTIONS = 32
"""Of one process, at most."""

PAUSE_S = 5.0
"""How long a store that failed is left alone, so that not every request waits for it."""

# A trial key goes by itself where it could not be cleared.
_TRIAL_S = 60

_log = logging.getLogger(__name__)


class WindowedRateLimiter:
    """RateLimiter of fixed windows; each caller's begin at another moment, so that not all come back at once.

    While the store does not answer, everything is allowed: the limits protect the capacity of the server, and an outage
    of the store must not become one of the API. What bounds a single operation holds all the same.
    """

    def __init__(self, name: str, limit: int, window_s: int, storage: Storage) -> None:
        """`name` says what is counted, in the plural, and keeps the keys of limiters apart."""
        self.limit = limit
        self._name = name
        self._window_s = window_s
        self._storage = storage
        self._failures = _failures_of(storage)
        self._paused_until = 0.0

    async def take(self, key: str, amount: int = 1) -> int:
        """Use `amount`, or nothing and raise RateLimited; see `infra.ports.RateLimiter`.

        The library's own fixed window says whether there was room, but not how much there is.
        """
        resets_at = self._resets_at(key)
        used = await self._count(key, resets_at, amount)
        if used is None or used <= self.limit:
            return resets_at
        # Until this is undone, another who asks for less than what is left may be refused, too; nobody gets too much.
        await self._count(key, resets_at, -amount)
        wait_s = max(1, math.ceil(resets_at - time.time()))
        raise RateLimited(
            f"Too few of the {self.limit} {self._name} in {self._window_s} s are left; try again in {wait_s} s.",
            details={"retryAfterS": wait_s, "limit": self.limit},
        )

    async def adjust(self, key: str, resets_at: int, amount: int) -> Allowance:
        """Use `amount` more or less in the window that ends then; see `infra.ports.RateLimiter`."""
        used = await self._count(key, resets_at, amount)
        return Allowance(self.limit, max(0, used or 0), resets_at)

    async def look(self, key: str) -> Allowance:
        """How it stands."""
        return await self.adjust(key, self._resets_at(key), 0)

    def _resets_at(self, key: str) -> int:
        """When the present window of a caller ends, in seconds since the epoch."""
        offset = crc32(key.encode()) % self._window_s
        return (int(time.time() - offset) // self._window_s + 1) * self._window_s + offset

    async def _count(self, key: str, resets_at: int, amount: int) -> int | None:
        """What is used of a window with `amount` more; None where the store does not answer."""
        if self._paused_until and time.monotonic() < self._paused_until:
            return None
        try:
            used = await self._storage.incr(f"{self._name}/{key}/{resets_at}", self._window_s, amount)
        except self._failures as error:
            if not self._paused_until:
                _log.error("The store of the rate limit on %s does not answer: %s", self._name, type(error).__name__)
            self._paused_until = time.monotonic() + PAUSE_S
            return None
        if self._paused_until:
            self._paused_until = 0.0
            _log.warning("The store of the rate limit on %s answers again", self._name)
        return used


class CounterStore:
    """Where to count: in the Redis of a URL, for any number of processes, else in this process alone."""

    def __init__(self, redis_url: str | None, timeout_s: float = REDIS_TIMEOUT_S) -> None:
        """No connection is made yet; ModuleNotFoundError where the extra `redis` is needed and not installed."""
        self._pool: Any = None
        self._redis_url = redis_url
        if redis_url is not None:
            # Those who find no connection free wait for one: an error would have everything allowed to a crowd.
            self._pool = import_module("redis.asyncio").BlockingConnectionPool.from_url(
                redis_url,
                max_connections=REDIS_CONNECTIONS,
                timeout=timeout_s,
                socket_timeout=timeout_s,
                socket_connect_timeout=timeout_s,
            )

    def open(self) -> Storage:
        """Counters of their own: in memory those of strangers can't push out those of users."""
        if self._redis_url is None:
            return BoundedCounters()
        return RedisStorage(
            f"async+{self._redis_url}", implementation="redispy", key_prefix="aura", connection_pool=self._pool
        )

    async def trouble(self) -> str | None:
        """What keeps it from counting, in the store's own words and without its password; None where it counts."""
        storage = self.open()
        key = f"trial/{uuid4().hex}"
        try:
            await storage.incr(key, _TRIAL_S)
            await storage.clear(key)
        except _failures_of(storage) as error:
            return str(error) or type(error).__name__
        return None

    async def close(self) -> None:
        """Hang up."""
        if self._pool is not None:
            await self._pool.aclose()


def _failures_of(storage: Storage) -> tuple[type[Exception], ...]:
    """What a store that does not answer raises."""
    failures = storage.base_exceptions
    return (OSError, *(failures if isinstance(failures, tuple) else (failures,)))
