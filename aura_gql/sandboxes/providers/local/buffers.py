"""Memory of the kernel's own that code can fill where no cgroup counts it: the buffers of sockets and pipes, and what
stands for the files in memory-backed folders, whose size limits their contents alone.

TCP and UDP tell what lies in their queues. Unix sockets and pipes tell nothing, so each beyond a fair number counts as
full.
"""

import os
from collections.abc import Iterable
from pathlib import Path

PAGE_BYTES = 4096
# What a pipe has once its user is above the kernel's soft limit, before which all pipes together have 64 MiB.
PIPE_BYTES = 2 * PAGE_BYTES
FREE_PIPES, FREE_SOCKETS = 1024, 256
QUEUE_FILES = ("tcp", "tcp6", "udp", "udp6")
QUEUES_COLUMN = 4
# An inode and a name of the greatest length.
FILE_BYTES = 1536
# How much an unread message of a Unix socket may take; a larger buffer is refused by the filter.
UNIX_BUFFER_FILE = Path("/proc/sys/net/core/wmem_default")


def buffered(pid: int, pipes: int) -> int:
    """Bytes that the sockets of a process's network, and so many pipes, may take at the most. Blocks."""
    sockets = max(0, _lines(Path(f"/proc/{pid}/net/unix")) - FREE_SOCKETS)
    return queued(pid) + sockets * _unix_buffer() + max(0, pipes - FREE_PIPES) * PIPE_BYTES


def queued(pid: int) -> int:
    """Bytes in the TCP and UDP queues of a process's network, which cgroups of version 1 do not count. Blocks."""
    return sum(_queued(Path(f"/proc/{pid}/net/{name}")) for name in QUEUE_FILES)


def filed(pid: int, folders: Iterable[str]) -> int:
    """Bytes that the files in a process's folders may take besides their contents, empty ones included. Folders that
    are on a file system of the host's are passed over. Blocks.
    """
    return sum(_files(f"/proc/{pid}/root{folder}", folder) for folder in folders) * FILE_BYTES


def _files(seen_from_here: str, folder: str) -> int:
    try:
        if os.path.exists(folder) and os.stat(folder).st_dev == os.stat(seen_from_here).st_dev:
            return 0
        system = os.statvfs(seen_from_here)
    except OSError:
        return 0
    return system.f_files - system.f_ffree


def _queued(file: Path) -> int:
    """What lies in the queues of a protocol: `tx_queue:rx_queue` in hexadecimal digits."""
    total = 0
    for line in _read(file).splitlines()[1:]:
        sending, _, receiving = line.split()[QUEUES_COLUMN].partition(":")
        total += int(sending, 16) + int(receiving, 16)
    return total


def _unix_buffer() -> int:
    return int(UNIX_BUFFER_FILE.read_text(encoding="ascii"))


def _lines(file: Path) -> int:
    """Those below the headings."""
    return max(0, _read(file).count("\n") - 1)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
