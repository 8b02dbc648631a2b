"""The folder of the sandboxes, for one server at a time."""

import fcntl
import os
from pathlib import Path

from aura_gql.kernel.errors import ProviderUnavailable

LOCK = ".lock"


class RootLock:
    """Keeps a second server from taking the first one's sandboxes for leftovers. The kernel drops it at a crash."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: int | None = None

    def acquire(self) -> None:
        """Make the folder and have it for ourselves; safe to repeat. ProviderUnavailable, OSError. Blocks."""
        if self._lock is not None:
            return
        self._root.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise ProviderUnavailable(
                f"Another server keeps its sandboxes in {self._root}; give this one a DATA_DIRECTORY of its own."
            ) from None
        self._lock = lock

    def release(self) -> None:
        """Leave the folder to others; safe to repeat."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
