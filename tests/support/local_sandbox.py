"""Looking at a local sandbox from the host."""

import contextlib
import os

from aura_gql.sandboxes.providers.local.memory import process_tree
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox


def host_pids(sandbox: LocalSandbox) -> list[int]:
    """The pids, on the host, of all that runs in it; the supervisor's first."""
    return process_tree(sandbox.host_pid)


def open_channels() -> int:
    """How many pipes, sockets, pidfds and unnamed files this process holds; threads that walk folders don't count."""
    count = 0
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            target = os.readlink(f"/proc/self/fd/{descriptor}")
            count += target.startswith(("pipe:", "socket:", "anon_inode:[pidfd]", "/memfd:")) or "pidfd" in target
    return count
