"""A vendor that is not well is left alone, and asked by one caller first."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.breaker import Breaker, BreakerLimits
from aura_gql.sandboxes.providers.remote.errors import (
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorLeftAlone,
    VendorRefused,
    VendorTimedOut,
)
from aura_gql.sandboxes.tally import VendorTally
from aura_gql.sandboxes.values import Circuit, CircuitState

LIMITS = BreakerLimits(failures=3, first_pause_s=10.0, longest_pause_s=35.0)
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """A breaker and the time that it reads."""

    now: datetime = START
    tally: VendorTally = field(default_factory=VendorTally)

    def __post_init__(self) -> None:
        self.breaker = Breaker("PAPER", self.tally, LIMITS, lambda: self.now)

    @property
    def state(self) -> CircuitState:
        return self.breaker.reading.state

    def ask(self, error: BaseException | None = None) -> None:
        """One request that ends so; the error is swallowed, unless the request was not made."""
        if error is None:
            with self.breaker.guarding():
                return
        with pytest.raises(type(error)), self.breaker.guarding():
            raise error

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def opened(self) -> "World":
        for _ in range(LIMITS.failures):
            self.ask(VendorDown("It is down."))
        return self


@pytest.mark.parametrize("error", [VendorDown("Down."), VendorTimedOut("Late."), VendorBusy("Busy.")])
def test_failures_in_a_row_open_it(error: DomainError) -> None:
    world = World()
    for _ in range(LIMITS.failures - 1):
        world.ask(error)
    world.ask()
    for _ in range(LIMITS.failures - 1):
        world.ask(error)
    assert world.breaker.reading == Circuit()
    world.ask(error)
    assert world.breaker.reading == Circuit(CircuitState.OPEN, START + timedelta(seconds=10), error.message)
    with pytest.raises(VendorLeftAlone, match=r"PAPER is left alone until 00:00:10 UTC\. "):
        world.ask()


@pytest.mark.parametrize("error", [VendorFull("f"), VendorRefused("r"), VendorKeyRefused("k"), SandboxGone("g")])
def test_what_is_about_us_counts_for_nothing(error: DomainError) -> None:
    world = World()
    for _ in range(2 * LIMITS.failures):
        world.ask(VendorDown("Down."))
        world.ask(error)
    assert world.state is CircuitState.CLOSED


def test_one_caller_tries_it_again() -> None:
    world = World().opened()
    world.later(10)
    assert world.breaker.reading == Circuit(CircuitState.HALF_OPEN, None, "It is down.")
    with world.breaker.guarding(), pytest.raises(VendorLeftAlone, match="being tried again"):
        world.ask()
    assert world.breaker.reading == Circuit()
    assert [world.tally.breaker_changes[state] for state in CircuitState] == [1, 1, 1]
    assert world.tally.breaker == Circuit()


def test_each_trial_that_fails_doubles_the_pause_up_to_the_longest() -> None:
    world = World().opened()
    for pause_s in (10, 20, 35, 35):
        world.later(pause_s - 0.001)
        assert world.state is CircuitState.OPEN
        world.later(0.001)
        world.ask(VendorTimedOut("Still."))
    world.later(35)
    world.ask()
    assert world.opened().breaker.reading.until == world.now + timedelta(seconds=10)


def test_a_trial_that_is_cancelled_leaves_the_next_to_another() -> None:
    world = World().opened()
    world.later(10)
    world.ask(KeyboardInterrupt())
    assert world.breaker.reading.state is CircuitState.HALF_OPEN
    world.ask()
    assert world.breaker.reading == Circuit()


@pytest.mark.parametrize(("asked_for_s", "pause_s"), [(0.0, 0), (7.0, 7), (4000.0, 35)])
def test_a_vendor_that_says_for_how_long_is_left_alone_for_that_long(asked_for_s: float, pause_s: float) -> None:
    for world in (World(), World()):
        world.ask(VendorBusy("Slow down.", asked_for_s))
        assert world.breaker._until == START + timedelta(seconds=pause_s)
    noted = World()
    noted.breaker.note(VendorBusy("Slow down."))
    assert noted.state is CircuitState.CLOSED
    noted.breaker.note(VendorBusy("Slow down.", asked_for_s))
    assert noted.breaker._until == START + timedelta(seconds=pause_s)


def test_what_was_asked_before_it_opened_changes_nothing() -> None:
    world = World()
    late_answer, late_failure = world.breaker.guarding(), world.breaker.guarding()
    late_answer.__enter__()
    late_failure.__enter__()
    opened = world.opened().breaker.reading
    late_answer.__exit__(None, None, None)
    assert not late_failure.__exit__(VendorDown, VendorDown("Late."), None)
    assert world.breaker.reading == opened
