"""Private user ids for sandboxes, so that neighbours are strangers to one another."""

import random
from pathlib import Path

FIRST_UID = 0x6000_0000
UID_COUNT = 0x0100_0000
# Where only a container's own 65,536 ids exist.
FIRST_CONTAINER_UID = 40_000
CONTAINER_UID_COUNT = 20_000


class UidPool:
    """Lends uids that no sandbox of this process holds; drawn at random, so that two servers hardly ever collide."""

    def __init__(self, uid_map: Path = Path("/proc/self/uid_map")) -> None:
        self._range = _usable_range(uid_map.read_text(encoding="ascii"))
        self._lent: set[int] = set()

    def lend(self) -> int:
        """A uid that is nobody else's."""
        while (uid := random.choice(self._range)) in self._lent:  # noqa: S311 - uniqueness, not secrecy
            pass
        self._lent.add(uid)
        return uid

    def give_back(self, uid: int) -> None:
        """Nothing runs under it any more."""
        self._lent.discard(uid)


def _usable_range(uid_map: str) -> range:
    mapped = sum(int(line.split()[2]) for line in uid_map.splitlines())
    if mapped > FIRST_UID + UID_COUNT:
        return range(FIRST_UID, FIRST_UID + UID_COUNT)
    return range(FIRST_CONTAINER_UID, FIRST_CONTAINER_UID + CONTAINER_UID_COUNT)
