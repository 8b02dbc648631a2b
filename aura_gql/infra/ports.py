"""What the rooms may ask of the infrastructure."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bson import ObjectId

Event = Mapping[str, object]
"""One event on the bus: plain values that BSON or MessagePack can carry, so that it may cross processes."""


class EventBus(Protocol):
    """Fan-out of events by topic. It may lose and repeat: whoever needs every event keeps them in the database,
    numbers them, and refills holes from there. It never reorders the events of one publisher on one topic.
    """

    async def publish(self, topic: str, event: Event) -> None:
        """Hand `event` to the topic's subscribers. Never waits for a slow one and never raises for want of any."""
        ...

    def subscribe(
        self, topic: str, at_most: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[Event | None]]:
        """Events published after the context was entered. `None` stands where events were lost (a full queue) or may
        have been (a long silence): read the database again. At most `at_most` events wait for a slow reader, where
        they are large and the usual number would be too many.

        The iterator ends when the bus closes, and never otherwise.
        """
        ...


class IdempotencyKeys(Protocol):
    """First-come registry of idempotency keys, kept for 24 hours."""

    async def claim(self, *, user_id: str, operation: str, key: str | None, request: Mapping[str, object]) -> ObjectId:
        """The id that the resource of this request has, or shall have.

        Without a key, a new id. With one, the same id for the same user, operation, key and request (JSON-able;
        compared by digest), also across processes and crashes; IdempotencyMismatch for another request; InvalidInput on
        `idempotencyKey` unless it has 1 to 128 printable ASCII characters. The caller inserts its resource under this
        id and treats a duplicate as "already there".
        """
        ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller may use in a window of time: `limit` in all, `used` so far, until `resets_at`.

    That is in seconds since the epoch.
    """

    limit: int
    used: int
    resets_at: int

    @property
    def remaining(self) -> int:
        """What is left, never below 0."""
        return max(0, self.limit - self.used)


class RateLimiter(Protocol):
    """Counts what each caller uses in a window of time, after which he may use as much again.

    It never waits long, and never fails for want of the store that counts: without it everything is allowed.
    """

    limit: int
    """What one caller may use in a window."""

    async def take(self, key: str, amount: int = 1) -> int:
        """Use `amount` at once, or nothing: RateLimited with `retryAfterS` where less is left. When the window ends.

        Of callers at once none gets what another has.
        """
        ...

    async def adjust(self, key: str, resets_at: int, amount: int) -> Allowance:
        """Use `amount` more in the window that ends then, in any case; below 0, give that much back."""
        ...

    async def look(self, key: str) -> Allowance:
        """How it stands, using nothing."""
        ...


JobHandler = Callable[[str], Awaitable[None]]
"""Does the work of one job, named by its key. Runs at least once, again after a crash: every step is idempotent."""

JobAbandoned = Callable[[str, str], Awaitable[None]]
"""Told the key of a job that failed for good, and why, so that its room can say so. Idempotent, too."""


class JobQueue(Protocol):
    """Durable background work: the database holds it, so that it outlives the process."""

    def register(self, kind: str, handler: JobHandler, abandoned: JobAbandoned | None = None) -> None:
        """Name the handler of a kind of job; before `start`. A handler that raises is tried again, with growing pauses
        and so many times; so are jobs whose process died under them. Then `abandoned` is called instead.
        """
        ...

    async def enqueue(self, kind: str, key: str) -> None:
        """Have `handler(key)` run soon. One job exists for each kind and key: enqueuing again while it waits changes
        nothing, while it runs has it run once more afterwards (it may be past the point that matters), and after it
        ended starts it anew.
        """
        ...

    async def is_known(self, kind: str, key: str) -> bool:
        """Whether such a job waits, runs, or has ended in the last 7 days."""
        ...
