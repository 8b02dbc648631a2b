"""Thousands of readers who are cut off at any moment, and miss nothing."""

import pytest

from tests.support.ledger_storm import ENDS, Damage, storm

CUTS = 1_200


@pytest.mark.usefixtures("collections")
async def test_thousands_of_cuts_cost_nobody_a_chunk() -> None:
    damage, seed = Damage(), 0
    while damage.cuts < CUTS or len(damage.ends) < len(ENDS):
        seed += 1
        await storm(seed, damage)
    assert damage.wrong == []
    assert damage.chunks > 20 * damage.readers
