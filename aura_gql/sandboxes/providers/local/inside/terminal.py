"""A pseudo-terminal for a command, out of the sandbox's own devpts."""

import fcntl
import os
import sys

TCGETS, TCSETS, TIOCSCTTY, TIOCSWINSZ = 0x5401, 0x5402, 0x540E, 0x5414
# struct termios of the kernel, which begins with the input flags.
TERMIOS_BYTES, FLAG_BYTES = 36, 4
IUTF8 = 0x4000
# Where /proc/PID/stat, behind the name in brackets, has the foreground group of the controlling terminal.
FOREGROUND_FIELD = 5


def open_terminal(columns: int, rows: int) -> tuple[int, int]:
    """A new terminal of this size that takes its input for UTF-8: the master and the slave. Raises OSError."""
    master, slave = os.openpty()
    size = rows.to_bytes(2, sys.byteorder) + columns.to_bytes(2, sys.byteorder) + bytes(4)
    fcntl.ioctl(slave, TIOCSWINSZ, size)
    settings = fcntl.ioctl(slave, TCGETS, bytes(TERMIOS_BYTES))
    flags = int.from_bytes(settings[:FLAG_BYTES], sys.byteorder) | IUTF8
    fcntl.ioctl(slave, TCSETS, flags.to_bytes(FLAG_BYTES, sys.byteorder) + settings[FLAG_BYTES:])
    return master, slave


def control_terminal(slave: int) -> None:
    """Make it the controlling terminal of this process, which leads its session. Raises OSError."""
    fcntl.ioctl(slave, TIOCSCTTY, 0)


def foreground_group(leader: int) -> int:
    """The group that is in front on the terminal of a session's leader; the leader's own where nobody can tell."""
    try:
        with open(f"/proc/{leader}/stat", "rb") as status:
            group = int(status.read().rpartition(b")")[2].split()[FOREGROUND_FIELD])
    except OSError:
        return leader
    return group if group > 0 else leader
