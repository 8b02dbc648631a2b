"""inotify(7): the kernel's word for what happens in folders. It costs nothing while nothing happens."""

import ctypes
import os
import struct
from dataclasses import dataclass

IN_MODIFY, IN_ATTRIB, IN_CLOSE_WRITE = 0x2, 0x4, 0x8
IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE = 0x40, 0x80, 0x100, 0x200
IN_Q_OVERFLOW, IN_IGNORED = 0x4000, 0x8000
IN_ONLYDIR, IN_EXCL_UNLINK, IN_ISDIR = 0x1000000, 0x4000000, 0x40000000
WANTED = (
    IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
    | IN_ONLYDIR | IN_EXCL_UNLINK
)  # fmt: skip
_HEADER = struct.Struct("iIII")
_READ_BYTES = 1 << 16

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Notice:
    """One event: of which watch, what, with which other it belongs together, and of which name in the folder."""

    watch: int
    mask: int
    cookie: int
    name: str


class Inotify:
    """One queue of events. `descriptor` is readable while there are some."""

    def __init__(self) -> None:
        """Raises OSError where this user has as many queues as the kernel allows."""
        self.descriptor = _checked(_libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))

    def watch(self, folder: int) -> int:
        """Watch an open folder, which may be opened by O_PATH; the number of the watch, the same for the same folder.

        Raises OSError where this user has as many watches as the kernel allows.
        """
        # The link in /proc leads to what is open, whatever has its name by now.
        return _checked(_libc.inotify_add_watch(self.descriptor, f"/proc/self/fd/{folder}".encode(), WANTED))

    def forget(self, watch: int) -> None:
        """Watch it no longer; one that has ended by itself is passed over."""
        _libc.inotify_rm_watch(self.descriptor, watch)

    def read(self) -> list[Notice]:
        """Some of what has happened, in order; nothing where nothing has."""
        try:
            data = os.read(self.descriptor, _READ_BYTES)
        except BlockingIOError:
            return []
        notices, start = [], 0
        while start < len(data):
            watch, mask, cookie, length = _HEADER.unpack_from(data, start)
            start += _HEADER.size
            name = data[start : start + length].rstrip(b"\0")
            notices.append(Notice(watch, mask, cookie, os.fsdecode(name)))
            start += length
        return notices

    def close(self) -> None:
        """Let go of the queue and all its watches."""
        os.close(self.descriptor)


def _checked(answer: int) -> int:
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return answer
