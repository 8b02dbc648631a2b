"""The vendor's times are told as ours."""

from datetime import UTC, datetime, timedelta

import pytest

from aura_gql.sandboxes.providers.remote.vendor_clock import VendorClock

ASKED = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERED = ASKED + timedelta(seconds=2)


@pytest.mark.parametrize(("told_s", "ahead_s"), [(1, 0), (0, 0), (2, 0), (62, 60), (-3600, -3600)])
def test_a_difference_is_what_the_way_does_not_explain(told_s: int, ahead_s: int) -> None:
    clock = VendorClock()
    assert clock.ours(ASKED) == ASKED
    clock.learn(ASKED, ASKED + timedelta(seconds=told_s), ANSWERED)
    assert clock.ours(ASKED) == ASKED - timedelta(seconds=ahead_s)
