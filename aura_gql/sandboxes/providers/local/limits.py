"""What one local sandbox may use."""

import resource
from collections.abc import Collection
from dataclasses import dataclass

from aura_gql.sandboxes.values import Enforcement, Limit, ResourceLimits

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

# RLIMIT_DATA counts what a process maps, not what it touches: node maps far more than it uses. It is the backstop
# behind the real memory limit (cgroup or watchdog), so it is a multiple of it. RLIMIT_AS would break node outright.
DATA_PER_MEMORY = 2
# The supervisor and the keeper of each command are processes too, and must not fail first.
SPARE_PROCESSES = 16


@dataclass(frozen=True, slots=True)
class LocalLimits:
    """Limits of each sandbox, in bytes, processes, CPUs and seconds.

    Hard everywhere: `processes`, `open_files`, `file_bytes`, `cpu_seconds` (per process), `tmp_bytes` (of /tmp and of
    the home folder, each), `shm_bytes`. `memory_bytes` and `cpus` are hard where cgroups are writable; elsewhere a
    watchdog enforces memory and nothing enforces `cpus`. `disk_bytes` and `disk_files` (the project folder) are
    always watched.
    """

    memory_bytes: int = 1 * GIB
    processes: int = 128
    cpus: float = 1.0
    cpu_seconds: int = 3600
    open_files: int = 4096
    file_bytes: int = 256 * MIB
    tmp_bytes: int = 128 * MIB
    shm_bytes: int = 64 * MIB
    disk_bytes: int = 1 * GIB
    disk_files: int = 200_000
    max_sandboxes: int = 32

    def __post_init__(self) -> None:
        """Refuses limits that would let memory-backed folders starve the supervisor. Raises ValueError."""
        backed_by_memory = 2 * self.tmp_bytes + self.shm_bytes
        if backed_by_memory >= self.memory_bytes:
            raise ValueError(
                f"2 * tmp_bytes + shm_bytes is kept in memory: {backed_by_memory} must be below memory_bytes"
            )

    def as_enforced(self, controllers: Collection[str]) -> ResourceLimits:
        """What a machine in groups of these controllers may use, and who sees to it."""
        return ResourceLimits(
            cpus=Limit(self.cpus, Enforcement.HARD if "cpu" in controllers else Enforcement.NONE),
            memory_bytes=Limit(self.memory_bytes, Enforcement.HARD if "memory" in controllers else Enforcement.WATCHED),
            processes=Limit(self.processes, Enforcement.HARD),
            disk_bytes=Limit(self.disk_bytes, Enforcement.WATCHED),
            disk_files=Limit(self.disk_files, Enforcement.WATCHED),
            open_files=Limit(self.open_files, Enforcement.HARD),
        )

    def rlimits(self) -> dict[int, int]:
        """The rlimits that every process of the sandbox starts with, by resource number."""
        return {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_CPU: self.cpu_seconds,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_FSIZE: self.file_bytes,
            resource.RLIMIT_NPROC: self.processes,
            resource.RLIMIT_MEMLOCK: 64 * KIB,
            resource.RLIMIT_MSGQUEUE: 64 * KIB,
            resource.RLIMIT_SIGPENDING: 1024,
            resource.RLIMIT_STACK: 8 * MIB,
            resource.RLIMIT_DATA: DATA_PER_MEMORY * self.memory_bytes,
        }
