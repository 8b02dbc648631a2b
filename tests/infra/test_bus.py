"""The event bus of one process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.ports import Event, EventBus


async def test_every_subscriber_of_the_topic_gets_every_event_in_order() -> None:
    bus: EventBus = InProcessBus()
    async with bus.subscribe("a") as first, bus.subscribe("a") as second, bus.subscribe("b") as other:
        for number in range(3):
            await bus.publish("a", {"n": number})
        await bus.publish("b", {"n": 9})
        for subscriber in (first, second):
            assert [await anext(subscriber) for _ in range(3)] == [{"n": 0}, {"n": 1}, {"n": 2}]
        assert await anext(other) == {"n": 9}


async def test_publishing_to_nobody_is_fine() -> None:
    await InProcessBus().publish("a", {})


async def test_only_later_events_come() -> None:
    bus = InProcessBus()
    await bus.publish("a", {"n": 0})
    async with bus.subscribe("a") as events:
        await bus.publish("a", {"n": 1})
        assert await anext(events) == {"n": 1}


async def test_a_reader_that_waits_is_woken() -> None:
    bus = InProcessBus()
    async with bus.subscribe("a") as events:
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        await bus.publish("a", {"n": 1})
        assert await waiting == {"n": 1}


async def test_a_cancelled_wait_loses_nothing() -> None:
    bus = InProcessBus()
    async with bus.subscribe("a") as events:
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        await bus.publish("a", {"n": 1})
        assert await anext(events) == {"n": 1}


async def test_an_overflow_is_told_once_and_then_events_flow_again() -> None:
    bus = InProcessBus(queue_size=2)
    async with bus.subscribe("a") as slow, bus.subscribe("a") as quick:
        for number in range(10):
            await bus.publish("a", {"n": number})
            assert await anext(quick) == {"n": number}
        got: list[Event | None] = [await anext(slow) for _ in range(3)]
        assert got == [{"n": 0}, {"n": 1}, None]
        await bus.publish("a", {"n": 10})
        assert await anext(slow) == {"n": 10}


async def test_a_long_silence_is_told_as_a_loss() -> None:
    bus = InProcessBus(quiet_s=0.01)
    async with bus.subscribe("a") as events:
        assert [await anext(events), await anext(events)] == [None, None]
        await bus.publish("a", {"n": 1})
        assert await anext(events) == {"n": 1}


async def test_closing_ends_each_subscription_behind_what_it_holds() -> None:
    bus = InProcessBus()
    async with bus.subscribe("a") as events, bus.subscribe("b") as waiting:
        reader = asyncio.ensure_future(_all(waiting))
        await asyncio.sleep(0)
        await bus.publish("a", {"n": 1})
        await bus.close()
        await bus.close()
        await bus.publish("a", {"n": 2})
        assert [event async for event in events] == [{"n": 1}]
        assert await reader == []
    async with bus.subscribe("a") as late:
        assert [event async for event in late] == []


async def test_leaving_forgets_the_subscriber() -> None:
    bus = InProcessBus()
    async with bus.subscribe("a"):
        assert bus.subscriber_count() == 1
    assert bus.subscriber_count() == 0


async def _all(events: AsyncIterator[Event | None]) -> list[Event | None]:
    return [event async for event in events]


async def test_a_reader_of_large_events_has_a_smaller_queue() -> None:
    bus = InProcessBus(queue_size=3)
    async with bus.subscribe("a", at_most=1) as small, bus.subscribe("a", at_most=100) as usual:
        for number in range(5):
            await bus.publish("a", {"n": number})
        assert [await anext(small) for _ in range(2)] == [{"n": 0}, None]
        assert [await anext(usual) for _ in range(4)] == [{"n": 0}, {"n": 1}, {"n": 2}, None]


async def test_one_who_was_cancelled_does_not_wait() -> None:
    bus, reading = InProcessBus(), asyncio.Event()

    async def read() -> None:
        async with bus.subscribe("a") as events:
            reading.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()  # As a query that ends in the moment of its cancellation.
            await anext(events)

    reader = asyncio.create_task(read())
    await reading.wait()
    reader.cancel()
    await asyncio.wait({reader}, timeout=60)
    assert reader.cancelled()
    assert bus.subscriber_count() == 0
