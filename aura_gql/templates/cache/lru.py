"""A memory of bounded size."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

_LARGEST_PART = 8


class ByteLru(Generic[KeyT, ValueT]):
    """Keeps values up to so many bytes together; what was not used for longest goes first."""

    def __init__(self, max_bytes: int) -> None:
        """One value may take an eighth of that; larger ones are not kept, as they would push out too many."""
        self._max_bytes = max_bytes
        self._entries: OrderedDict[KeyT, tuple[ValueT, int]] = OrderedDict()
        self.used_bytes = 0
        """What the values that are kept were said to take."""
        self.hits = 0
        """How often a value was there."""
        self.misses = 0
        """How often it was not."""

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: KeyT) -> ValueT | None:
        """The value, which now was used last; None where it is not kept."""
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: KeyT, value: ValueT, size: int) -> None:
        """Keep a value that takes so many bytes."""
        self.drop(key)
        if size * _LARGEST_PART > self._max_bytes:
            return
        self._entries[key] = (value, size)
        self.used_bytes += size
        while self.used_bytes > self._max_bytes:
            _, (_, freed) = self._entries.popitem(last=False)
            self.used_bytes -= freed

    def drop(self, key: KeyT) -> None:
        """Keep it no longer. Nothing happens where it is not kept."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.used_bytes -= entry[1]

    def take_where(self, is_meant: Callable[[KeyT, ValueT], bool]) -> list[ValueT]:
        """Those values that are meant, which are kept no longer."""
        taken = [(key, value) for key, (value, _) in self._entries.items() if is_meant(key, value)]
        for key, _ in taken:
            self.drop(key)
        return [value for _, value in taken]
