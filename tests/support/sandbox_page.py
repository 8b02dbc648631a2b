"""The table of `docs/sandbox.md`, from the code: `python -m tests.support.sandbox_page` writes it into the page."""

from dataclasses import fields
from pathlib import Path

from aura_gql.bounds_sandboxes import local_limits
from aura_gql.sandboxes.providers.local.limits import GIB, KIB, MIB, LocalLimits
from aura_gql.sandboxes.values import Enforcement, Limit, ResourceLimits
from tests.support.api import settings_for

PAGE = Path(__file__).parents[2] / "docs/sandbox.md"
BEGIN, END = "<!-- limits -->\n", "<!-- /limits -->\n"
ALL_CONTROLLERS = ("memory", "pids", "cpu")
# Those that a machine tells nobody about are rlimits, or sizes of file systems.
MEANINGS = {
    "memory_bytes": "memory of all processes",
    "processes": "processes and threads at once",
    "cpus": "CPUs kept busy",
    "cpu_seconds": "CPU time of one process",
    "open_files": "open files of one process",
    "file_bytes": "size of one file",
    "tmp_bytes": "`/tmp`, and the home folder likewise",
    "shm_bytes": "`/dev/shm`",
    "disk_bytes": "project folder",
    "disk_files": "files and folders in it",
    "max_sandboxes": "sandboxes on the host",
}
# What has none is fixed, or follows from another limit.
SETTINGS = {
    "memory_bytes": "sandbox_memory_bytes",
    "processes": "sandbox_max_processes",
    "cpus": "sandbox_cpus",
    "open_files": "sandbox_open_files",
    "disk_bytes": "sandbox_disk_bytes",
    "disk_files": "sandbox_max_files",
    "max_sandboxes": "max_sandboxes_per_host",
}


def table(limits: LocalLimits) -> str:
    """A row for each limit."""
    rows = ["| limit | of what | default | setting | with cgroups, v1 or v2 | without |", "|" + " --- |" * 6]
    grouped, alone = limits.as_enforced(ALL_CONTROLLERS), limits.as_enforced(())
    for field in fields(limits):
        value = amount(field.name, getattr(limits, field.name))
        held = [enforcement(each, field.name) for each in (grouped, alone)]
        setting = f"`{SETTINGS[field.name].upper()}`" if field.name in SETTINGS else ""
        rows.append(f"| `{field.name}` | {MEANINGS[field.name]} | {value} | {setting} | {held[0]} | {held[1]} |")
    return "\n".join(rows) + "\n"


def enforcement(limits: ResourceLimits, name: str) -> Enforcement:
    """Who sees to it; the kernel where machines do not tell of it."""
    limit = getattr(limits, name, None)
    return limit.enforcement if isinstance(limit, Limit) else Enforcement.HARD


def amount(name: str, value: float) -> str:
    """As a reader likes it."""
    if name.endswith("_bytes"):
        size, unit = next((size, unit) for size, unit in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")) if value >= size)
        return f"{value / size:g} {unit}"
    return f"{value:,g} s" if name.endswith("_seconds") else f"{value:,g}"


def written(page: str) -> str:
    """The page with the table as it is in the code."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    limits = local_limits(settings_for(Path("unused"), "none"))
    return f"{before}{BEGIN}\n{table(limits)}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
