"""The event bus of one process."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from aura_gql.infra.ports import Event


class InProcessBus:
    """An EventBus within one event loop: a publisher never waits, a slow subscriber loses events and is told so.

    One that has heard nothing for `quiet_s` is told the same: events of other processes never come, nor does that of
    a publisher who died or was cancelled between its change and its word.
    """

    def __init__(self, queue_size: int = 1_000, quiet_s: float = 5.0) -> None:
        self._queue_size = queue_size
        self._quiet_s = quiet_s
        self._subscribers: defaultdict[str, set[_Subscriber]] = defaultdict(set)
        self._closed = False

    async def publish(self, topic: str, event: Event) -> None:
        """Hand `event` to the topic's subscribers; those whose queue is full lose it."""
        for subscriber in self._subscribers.get(topic, ()):
            subscriber.push(event)

    def subscribe(
        self, topic: str, at_most: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[Event | None]]:
        """Events published after the context was entered, `None` where some may be lost; ends when the bus closes."""
        return self._subscribe(topic, min(self._queue_size, at_most or self._queue_size))

    @asynccontextmanager
    async def _subscribe(self, topic: str, size: int) -> AsyncIterator[AsyncIterator[Event | None]]:
        subscriber = _Subscriber(size, self._quiet_s)
        if self._closed:
            subscriber.close()
        self._subscribers[topic].add(subscriber)
        try:
            yield subscriber
        finally:
            subscriber.close()
            self._subscribers[topic].discard(subscriber)
            if not self._subscribers[topic]:
                del self._subscribers[topic]

    def subscriber_count(self) -> int:
        """How many subscriptions are open."""
        return sum(1 for _ in self._all())

    async def close(self) -> None:
        """End every subscription, once it has handed over what it holds. Safe to repeat."""
        self._closed = True
        for subscriber in self._all():
            subscriber.close()

    def _all(self) -> Iterator["_Subscriber"]:
        return (subscriber for subscribers in self._subscribers.values() for subscriber in subscribers)


class _Subscriber:
    """A bounded queue. Once it overflows it takes nothing until it was drained and its reader told of the loss."""

    def __init__(self, size: int, quiet_s: float) -> None:
        self._size = size
        self._quiet_s = quiet_s
        self._events: deque[Event] = deque()
        self._wake = asyncio.Event()
        self._lossy = False
        self._closed = False

    def push(self, event: Event) -> None:
        if self._lossy or self._closed:
            return
        if len(self._events) >= self._size:
            self._lossy = True
        else:
            self._events.append(event)
        self._wake.set()

    def close(self) -> None:
        self._closed = True
        self._wake.set()

    def __aiter__(self) -> "_Subscriber":
        return self

    async def __anext__(self) -> Event | None:
        while True:
            if self._events:
                return self._events.popleft()
            if self._lossy:
                self._lossy = False
                return None
            if self._closed:
                raise StopAsyncIteration
            _heed_cancellation()
            self._wake.clear()
            try:
                async with asyncio.timeout(self._quiet_s):
                    await self._wake.wait()
            except TimeoutError:
                return None


def _heed_cancellation() -> None:
    """Raise a cancellation that the task's last step swallowed, as `asyncio.wait_for` in Python 3.11 and so PyMongo at
    times do: else one who is to end would wait here for ever, and look at the database every few seconds.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
