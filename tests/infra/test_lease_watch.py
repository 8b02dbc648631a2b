"""Nobody is declared dead for what the database did."""

from aura_gql.infra.lease_watch import LeaseWatch


def test_others_are_judged_after_a_whole_lease() -> None:
    watch = LeaseWatch(30)
    assert [watch.renewed(at_s) for at_s in (100, 110, 120, 130, 140)] == [False, False, False, True, True]


def test_a_break_begins_it_anew() -> None:
    watch = LeaseWatch(30)
    assert [watch.renewed(at_s) for at_s in (100, 110, 120, 130)][-1]
    assert [watch.renewed(at_s) for at_s in (150, 160, 170, 180)] == [False, False, False, True]
