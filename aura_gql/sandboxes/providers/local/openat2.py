"""openat2(2): opening a path that untrusted code may be rearranging, without leaving the folder or following a link."""

import ctypes
import errno
import os

SYS_OPENAT2 = 437
RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH = 0x01, 0x02, 0x04, 0x08
RESOLVE = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH
# The kernel gives up with EAGAIN when something was renamed under its feet.
TRIES = 64
# A FIFO would block the open, a terminal would become ours.
SAFE_FLAGS = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY

_libc = ctypes.CDLL(None, use_errno=True)


class OpenHow(ctypes.Structure):
    """struct open_how."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def open_beneath(folder: int, path: str, flags: int, mode: int = 0) -> int:
    """A descriptor for `path` below the open folder. Raises OSError: ELOOP for a link, EXDEV for a way out."""
    # What opens nothing takes no flags that say how.
    safe = os.O_CLOEXEC if flags & os.O_PATH else SAFE_FLAGS
    how = OpenHow(flags | safe, mode, RESOLVE)
    encoded = os.fsencode(path)
    for _ in range(TRIES):
        opened: int = _libc.syscall(SYS_OPENAT2, folder, encoded, ctypes.byref(how), ctypes.sizeof(how))
        if opened >= 0:
            return opened
        error = ctypes.get_errno()
        if error not in (errno.EAGAIN, errno.EINTR):
            raise OSError(error, os.strerror(error), path)
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN), path)
