"""How much of what clients send may wait in memory at once."""

from collections import Counter


class ByteRoom:
    """Bytes that are held, of all owners together and of each; neither passes its bound."""

    def __init__(self, most: int, most_per_owner: int) -> None:
        """Empty."""
        self._most = most
        self._most_per_owner = most_per_owner
        self._held: Counter[str] = Counter()
        self._total = 0

    @property
    def held(self) -> int:
        """The bytes that all hold."""
        return self._total

    def take(self, owner: str, amount: int) -> bool:
        """Hold so many more for an owner; False, and nothing is held, where there is no room."""
        if self._total + amount > self._most or self._held[owner] + amount > self._most_per_owner:
            self.release(owner, 0)
            return False
        self._held[owner] += amount
        self._total += amount
        return True

    def release(self, owner: str, amount: int) -> None:
        """Hold so many less."""
        self._held[owner] -= amount
        self._total -= amount
        if not self._held[owner]:
            del self._held[owner]
