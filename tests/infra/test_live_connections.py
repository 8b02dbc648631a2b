"""Counting what is open, and its bounds."""

import pytest

from aura_gql.infra.live_connections import LiveConnections, LiveLimits, ServerFull, Tally, TooManyOpen, owner_name


def test_counts_in_all_and_for_each_owner() -> None:
    tally = Tally("sockets", 10, 5)
    with tally.seat("ada"), tally.seat("ada"), tally.seat("bob"):
        assert (tally.total, tally.owners, tally.of("ada"), tally.of("bob"), tally.of("eve")) == (3, 2, 2, 1, 0)
    assert (tally.total, tally.owners, tally.of("ada")) == (0, 0, 0)


def test_a_seat_is_left_whatever_happens() -> None:
    tally = Tally("sockets", 10, 5)
    with pytest.raises(KeyError), tally.seat("ada"):
        raise KeyError
    assert tally.total == 0


def test_one_owner_can_not_take_the_place_of_others() -> None:
    tally = Tally("sockets", 3, 2)
    seats = [tally.take("ada"), tally.take("ada")]
    with pytest.raises(TooManyOpen, match="At most 2 sockets") as caught:
        tally.take("ada")
    assert caught.value.details == {"limit": 2}
    seats.append(tally.take("bob"))
    with pytest.raises(ServerFull):
        tally.take("eve")
    seats.pop().leave()
    tally.take("eve")
    assert (tally.total, tally.of("eve")) == (3, 1)


def test_a_seat_can_pass_to_another_owner_who_has_room() -> None:
    tally = Tally("sockets", 3, 1)
    seat = tally.take("address:10.0.0.1")
    seat.move("user:ada")
    seat.move("user:ada")
    assert (tally.total, tally.of("address:10.0.0.1"), tally.of("user:ada")) == (1, 0, 1)
    second = tally.take("address:10.0.0.1")
    with pytest.raises(TooManyOpen):
        second.move("user:ada")
    assert tally.of("address:10.0.0.1") == 1
    second.leave()
    seat.leave()
    assert (tally.total, tally.owners) == (0, 0)


def test_an_address_may_have_more_than_a_user() -> None:
    tally = Tally("sockets", 10, 1, most_per_address=2)
    seats = [tally.take("address:10.0.0.1") for _ in range(2)]
    with pytest.raises(TooManyOpen, match="At most 2"):
        tally.take("address:10.0.0.1")
    seats[0].move("user:ada")
    with pytest.raises(TooManyOpen, match="At most 1"):
        seats[1].move("user:ada")


def test_sockets_and_subscriptions_have_bounds_of_their_own() -> None:
    live = LiveConnections(LiveLimits(max_sockets=1, max_subscriptions_per_user=1))
    live.sockets.take("ada")
    live.subscriptions.take("ada")
    with pytest.raises(ServerFull):
        live.sockets.take("bob")
    with pytest.raises(TooManyOpen):
        live.subscriptions.take("ada")


@pytest.mark.parametrize(
    ("user_id", "host", "name"),
    [
        ("1", "10.0.0.1", "user:1"),
        (None, "10.0.0.1", "address:10.0.0.1"),
        (None, "2001:db8:1:2:3::4", "address:2001:db8:1:2::/64"),
        (None, "2001:db8:1:2:ffff::9", "address:2001:db8:1:2::/64"),
        (None, "::ffff:10.0.0.1", "address:10.0.0.1"),
        (None, "not:an:address", "address:not:an:address"),
        (None, None, "address:None"),
    ],
)
def test_names_owners(user_id: str | None, host: str | None, name: str) -> None:
    assert owner_name(user_id, host) == name
