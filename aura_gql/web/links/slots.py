"""How many transfers a server has under way, and whose they are."""

from collections.abc import Iterator
from contextlib import contextmanager

from aura_gql.infra.byte_room import ByteRoom


class NoSlot(Exception):
    """There are as many as there may be, of all or of this user."""


class TransferSlots:
    """Bounds the transfers of a process: each holds a piece of a blob in memory, as long as its client likes."""

    def __init__(self, most: int, most_per_user: int) -> None:
        """None is taken."""
        self._room = ByteRoom(most, most_per_user)

    @property
    def taken(self) -> int:
        """How many are under way."""
        return self._room.held

    @contextmanager
    def take(self, user_id: str) -> Iterator[None]:
        """Have one for as long as the context lasts; NoSlot."""
        if not self._room.take(user_id, 1):
            raise NoSlot
        try:
            yield
        finally:
            self._room.release(user_id, 1)
