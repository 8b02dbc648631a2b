"""Room for bytes, shared by owners."""

from aura_gql.infra.byte_room import ByteRoom


def test_an_owner_and_all_have_their_bounds() -> None:
    room = ByteRoom(10, 6)
    assert room.take("a", 6)
    assert not room.take("a", 1)
    assert not room.take("b", 5)
    assert room.take("b", 4)
    assert room.held == 10
    room.release("a", 3)
    assert not room.take("b", 4)
    assert room.take("a", 3)


def test_what_was_released_is_forgotten() -> None:
    room = ByteRoom(10, 6)
    assert room.take("a", 6)
    room.release("a", 6)
    assert not room.take("b", 7)
    assert (room.held, len(room._held)) == (0, 0)
