"""What an idle sandbox keeps in memory, beside an interpreter that waits."""

from pathlib import Path

from aura_gql.sandboxes.providers.local.memory import process_tree
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from tests.benchmarks.measure import Outcome, compare
from tests.benchmarks.raw_process import PYTHON, idle

_WAITS = "print(flush=True); input()"
_KIB_PER_MIB = 1024


def weigh(sandboxes: list[LocalSandbox]) -> Outcome:
    """The proportional set size of each sandbox, bubblewrap outside of it included, and of as many interpreters."""
    ours = [[_parent(sandbox.host_pid), *process_tree(sandbox.host_pid)] for sandbox in sandboxes]
    processes = [idle(PYTHON, "-I", "-S", "-c", _WAITS) for _ in sandboxes]
    try:
        comparison = compare(
            "MiB", "python3 that waits", [_pss_mib(tree) for tree in ours], [_pss_mib([one.pid]) for one in processes]
        )
    finally:
        for process in processes:
            process.communicate(b"\n")
    return Outcome("an idle sandbox", f"{len(ours[0])} processes", len(sandboxes), [comparison])


def _pss_mib(pids: list[int]) -> float:
    return sum(_field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") for pid in pids) / _KIB_PER_MIB


def _parent(pid: int) -> int:
    return _field(Path(f"/proc/{pid}/status"), "PPid:")


def _field(file: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in file.read_text().splitlines() if line.startswith(name))
