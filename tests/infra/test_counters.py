"""Counters in bounded memory."""

from aura_gql.infra.counters import BoundedCounters

HOUR = 3600


async def test_counting() -> None:
    counters = BoundedCounters()
    assert [await counters.incr("a", HOUR, 3), await counters.incr("a", HOUR, -1), await counters.incr("b", HOUR)] == [
        3,
        2,
        1,
    ]
    assert (await counters.get("a"), await counters.get("never")) == (2, 0)
    assert await counters.get_expiry("a") > await counters.get_expiry("never")
    await counters.clear("a")
    assert await counters.get("a") == 0
    assert await counters.check()
    assert (await counters.reset(), len(counters)) == (1, 0)


async def test_what_has_expired_counts_anew() -> None:
    counters = BoundedCounters()
    await counters.incr("a", -1, 5)
    assert await counters.get("a") == 0
    assert await counters.incr("a", HOUR) == 1


async def test_strangers_without_number_take_bounded_room() -> None:
    counters = BoundedCounters(max_counters=100)
    for number in range(1000):
        await counters.incr(str(number), HOUR)
        assert len(counters) <= 100
    assert (await counters.get("899"), await counters.get("900")) == (0, 1)


async def test_the_expired_leave_before_there_is_no_room() -> None:
    counters = BoundedCounters(max_counters=100)
    for number in range(50):
        await counters.incr(str(number), -1)
    for number in range(50):
        await counters.incr(f"new {number}", HOUR)
    assert len(counters) == 50
