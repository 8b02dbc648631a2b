"""How much memory a process tree uses, read from /proc on the host."""

from pathlib import Path

KIB = 1024
# Pages in swap are kept from nobody's sight: they count as well.
RESIDENT_FIELDS = ("RssAnon:", "RssShmem:", "VmSwap:")
PROPORTIONAL_FIELDS = ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")
# A file that is mapped a thousand times is one file, but a thousand page tables.
TABLE_FIELDS = ("VmPTE:",)


def process_tree(root: int) -> list[int]:
    """The root and all its descendants; those that end meanwhile may be missing."""
    found = [root]
    for pid in found:  # grows while it is walked
        try:
            threads = list(Path(f"/proc/{pid}/task").iterdir())
        except OSError:
            continue
        for thread in threads:
            try:
                children = (thread / "children").read_text(encoding="ascii")
            except OSError:
                continue
            found += [int(child) for child in children.split()]
    return found


def tree_memory(root: int, limit_bytes: int) -> int:
    """Bytes used by a tree. Exact only above the limit: what processes share is counted for each until it matters."""
    pids = process_tree(root)
    tables = sum(_sum_fields(Path(f"/proc/{pid}/status"), TABLE_FIELDS) or 0 for pid in pids)
    resident = {pid: _sum_fields(Path(f"/proc/{pid}/status"), RESIDENT_FIELDS) or 0 for pid in pids}
    total = tables
    if sum(resident.values()) + tables <= limit_bytes:
        return sum(resident.values()) + tables
    for pid, upper_bound in resident.items():
        exact = _sum_fields(Path(f"/proc/{pid}/smaps_rollup"), PROPORTIONAL_FIELDS)
        total += upper_bound if exact is None else exact
    return total


def _sum_fields(file: Path, names: tuple[str, ...]) -> int | None:
    """The sum of `Name: N kB` lines, in bytes; None where the file can't be read or has none of them."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    values = [int(line.split()[1]) * KIB for line in lines if line.startswith(names)]
    return sum(values) if values else None
