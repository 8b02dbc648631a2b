"""A file that is read or written piece by piece, each in a thread of its own."""

import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

from aura_gql.storage.addressing import CHUNK_BYTES

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


class OpenFile:
    """One descriptor, which is never closed while a thread that nobody waits for any more still uses it.

    Methods block, and raise OSError.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        self._lock = threading.Lock()

    @classmethod
    def reading(cls, path: Path) -> "OpenFile":
        """The file at `path`; a link or anything but a file is refused."""
        return cls(_require_file(os.open(path, _READ)))

    @classmethod
    def creating(cls, path: Path) -> "OpenFile":
        """A new file at `path`, for us alone."""
        return cls(os.open(path, _CREATE, 0o600))

    def read_at(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on; none beyond the end."""
        with self._lock:
            return os.pread(self._open(), length, start)

    def read_all(self) -> bytes:
        """Everything in it."""
        pieces = [self.read_at(0, os.fstat(self._open()).st_size)]
        while piece := self.read_at(sum(map(len, pieces)), CHUNK_BYTES):
            pieces.append(piece)
        return b"".join(pieces)

    def write(self, data: bytes) -> None:
        """Add all of `data` at the end."""
        with self._lock:
            view = memoryview(data)
            while view:
                view = view[os.write(self._open(), view) :]

    def sync(self) -> None:
        """Make what was written durable."""
        with self._lock:
            os.fsync(self._open())

    def close(self) -> None:
        """Let go of it; safe to repeat."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def __del__(self) -> None:
        """Let go of it where who asked for it was cancelled before he had it."""
        self.close()

    def _open(self) -> int:
        if self._descriptor is None:
            raise OSError("The file is closed")
        return self._descriptor


def modification(status: os.stat_result) -> datetime:
    """When a file was last written, in UTC."""
    return datetime.fromtimestamp(status.st_mtime, UTC)


def _require_file(descriptor: int) -> int:
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError("Not a file")
