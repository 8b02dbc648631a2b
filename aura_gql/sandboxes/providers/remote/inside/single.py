"""One agent a machine: whoever comes takes the place of the one before, which served a server that has gone."""

import contextlib
import fcntl
import os
import signal
import struct
import time

# struct flock: type, whence, start, length, pid.
_FLOCK = struct.Struct("hhqqi4x")
ROUNDS, PAUSE_S = 500, 0.01


def take_place(path: str) -> int:
    """Lock the file, killing who holds the lock; the descriptor that holds it now. What that one started ends with it.
    OSError where it can't be had within 5 seconds. Blocks.
    """
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    for _ in range(ROUNDS):
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = _holder(opened)
            if holder > 0:
                with contextlib.suppress(OSError):
                    os.kill(holder, signal.SIGKILL)
            time.sleep(PAUSE_S)
        else:
            return opened
    os.close(opened)
    raise TimeoutError("another agent does not go")


def _holder(opened: int) -> int:
    """The pid that the kernel says holds the lock; 0 where none does."""
    wanted = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind, _, _, _, pid = _FLOCK.unpack(fcntl.fcntl(opened, fcntl.F_GETLK, wanted))
    return 0 if kind == fcntl.F_UNLCK else pid
