"""Rates, by a clock of the test's own."""

from aura_gql.commands.pace import Pace


def test_a_burst_is_free_and_what_goes_beyond_it_waits() -> None:
    pace = Pace(10, 100, now=5.0)
    pace.count(100)
    assert pace.wait_s(5.0) == 0
    pace.count(20)
    assert pace.wait_s(5.0) == 2
    assert pace.wait_s(6.5) == 0.5
    assert pace.wait_s(7.0) == 0


def test_a_rest_is_worth_no_more_than_a_burst() -> None:
    pace = Pace(10, 100, now=0.0)
    assert pace.wait_s(1_000.0) == 0
    pace.count(101)
    assert pace.wait_s(1_000.0) == 0.1
