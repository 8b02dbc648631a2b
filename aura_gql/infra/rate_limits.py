"""Rate limits over the `limits` library: counted in this process, or for all processes in Redis."""

import logging
import math
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from zlib import crc32

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

from aura_gql.infra.counters import BoundedCounters
from aura_gql.infra.ports import Allowance
from aura_gql.kernel.errors import RateLimited

REDIS_TIMEOUT_S = 0.5
"""Longer than Redis ever takes, and short enough for a request to wait."""

PAUSE_S = 5.0
"""How long a store that failed is left alone, so that not every request waits for it."""

_log = logging.getLogger(__name__)
_ResultT = TypeVar("_ResultT")


class WindowedRateLimiter:
    """RateLimiter of fixed windows; each caller's begin at another moment, so that not all come back at once.

    While the store does not answer, everything is allowed: the limits protect the capacity of the server, and an outage
    of the store must not become one of the API. What bounds a single operation holds all the same.
    """

    def __init__(self, name: str, limit: int, window_s: int, storage: Storage) -> None:
        """`name` keeps the keys of this limiter apart from those of others; `window_s` are whole seconds."""
        self.limit = limit
        self._name = name
        self._window_s = window_s
        self._item = RateLimitItemPerSecond(limit, window_s, namespace=name)
        self._storage = storage
        self._strategy = FixedWindowRateLimiter(storage)
        failures = storage.base_exceptions
        more = failures if isinstance(failures, tuple) else (failures,)
        self._failures: tuple[type[Exception], ...] = (OSError, *more)
        self._paused_until = 0.0

    async def take(self, key: str, amount: int = 1) -> datetime:
        """Use `amount`, or nothing and raise RateLimited; see `infra.ports.RateLimiter`."""
        began, resets_at = self._window(key)
        expiry = self._item.get_expiry()
        if await self._asked(lambda: self._strategy.hit(self._item, key, str(began), cost=amount)) is not False:
            return datetime.fromtimestamp(resets_at, UTC)
        # Until this is undone, another who asks for less than what is left may be refused, too; nobody gets too much.
        counter = self._item.key_for(key, began)
        await self._asked(lambda: self._storage.incr(counter, expiry, -amount))
        wait_s = max(1, math.ceil(resets_at - time.time()))
        raise RateLimited(f"Too much in too short a time; try again in {wait_s} s.", details={"retryAfterS": wait_s})

    async def adjust(self, key: str, resets_at: datetime, amount: int) -> Allowance:
        """Use `amount` more or less in the window that ends then; see `infra.ports.RateLimiter`."""
        end = round(resets_at.timestamp())
        counter = self._item.key_for(key, end - self._window_s)
        used = await self._asked(lambda: self._storage.incr(counter, self._item.get_expiry(), amount))
        return self._allowance(used, end)

    async def look(self, key: str) -> Allowance:
        """How it stands."""
        began, resets_at = self._window(key)
        used = await self._asked(lambda: self._storage.get(self._item.key_for(key, began)))
        return self._allowance(used, resets_at)

    def _window(self, key: str) -> tuple[int, int]:
        """When the present window of a caller began and when it ends, in seconds since the epoch."""
        offset = crc32(key.encode()) % self._window_s
        began = int(time.time() - offset) // self._window_s * self._window_s + offset
        return began, began + self._window_s

    def _allowance(self, used: int | None, resets_at: float) -> Allowance:
        return Allowance(self.limit, max(0, used or 0), datetime.fromtimestamp(resets_at, UTC))

    async def _asked(self, ask: Callable[[], Awaitable[_ResultT]]) -> _ResultT | None:
        """What the store answers; None where it does not, which is logged when it begins."""
        if self._paused_until and time.monotonic() < self._paused_until:
            return None
        try:
            answer = await ask()
        except self._failures as error:
            if not self._paused_until:
                _log.error("The store of the rate limit %s does not answer: %s", self._name, type(error).__name__)
            self._paused_until = time.monotonic() + PAUSE_S
            return None
        if self._paused_until:
            self._paused_until = 0.0
            _log.warning("The store of the rate limit %s answers again", self._name)
        return answer


class CounterStore:
    """Where to count: in the Redis of a URL, for any number of processes, else in this process alone."""

    def __init__(self, redis_url: str | None) -> None:
        """No connection is made yet."""
        self._redis_url = redis_url
        self._opened: list[RedisStorage] = []

    def open(self) -> Storage:
        """Counters of their own: in memory those of strangers can't push out those of users."""
        if self._redis_url is None:
            return BoundedCounters()
        storage = RedisStorage(
            f"async+{self._redis_url}",
            implementation="redispy",
            key_prefix="aura",
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
        )
        self._opened.append(storage)
        return storage

    async def close(self) -> None:
        """Hang up."""
        for storage in self._opened:
            client: Any = vars(storage.bridge)["storage"]  # The library has no way to close what it opened.
            await client.aclose()
