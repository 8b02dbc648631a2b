"""What a machine uses, read on the host: from its control groups where they count it, else from /proc."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.providers.local.cgroups import Cgroup
from aura_gql.sandboxes.providers.local.disk import Usage
from aura_gql.sandboxes.providers.local.memory import process_tree, tree_memory
from aura_gql.sandboxes.values import MachineMetrics

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Behind the name in /proc/PID/stat, which may hold anything: utime, stime, and those of children that were waited for.
CPU_FIELDS = slice(11, 15)
THREADS_FIELD = 17


@dataclass(frozen=True, slots=True)
class TreeFigures:
    """CPU time and threads of a process tree."""

    cpu_time_ms: int
    threads: int


def tree_figures(root: int) -> TreeFigures:
    """Add up a tree, with what ended in it. Blocks.

    A process that has ended is counted once its parent has waited for it, as that adds its time to the parent's; one
    whose parent ignores SIGCHLD never is. While a child moves from the one to the other it may be missing for a moment.
    """
    ticks, threads = 0, 0
    for pid in process_tree(root):
        fields = _stat_fields(pid)
        if fields:
            ticks += sum(int(field) for field in fields[CPU_FIELDS])
            threads += int(fields[THREADS_FIELD])
    return TreeFigures(ticks * 1000 // TICKS_PER_S, threads)


def _stat_fields(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


class MachineGauge:
    """Reads the figures of one machine, as exactly as this host counts them."""

    def __init__(self, pid: int, group: Cgroup | None, memory_limit: int, usage: Callable[[], Usage]) -> None:
        """`pid` is PID 1's on the host, `usage` measures the project folder."""
        self._pid = pid
        self._group = group
        self._memory_limit = memory_limit
        self._usage = usage
        self._cpu_time_ms = 0

    def read(self) -> MachineMetrics:
        """What it uses now; CPU time never falls. Blocks."""
        group, tree, disk = self._group, tree_figures(self._pid), self._usage()
        cpu_time_ms = group.cpu_time_ms() if group else None
        memory_bytes = group.memory_bytes() if group else None
        threads = group.threads() if group else None
        self._cpu_time_ms = max(self._cpu_time_ms, tree.cpu_time_ms if cpu_time_ms is None else cpu_time_ms)
        return MachineMetrics(
            at=utcnow(),
            cpu_time_ms=self._cpu_time_ms,
            memory_bytes=tree_memory(self._pid, self._memory_limit) if memory_bytes is None else memory_bytes,
            processes=tree.threads if threads is None else threads,
            disk_bytes=disk.size,
            disk_files=disk.files,
        )
