"""The table of attacks in `docs/security.md`: `python -m tests.support.security_page` writes it into the page."""

from pathlib import Path

from tests.support.abuse.cases import CASES
from tests.support.abuse.inside.bombs import BOMBS

PAGE = Path(__file__).parents[2] / "docs/security.md"
BEGIN, END = "<!-- families -->\n", "<!-- /families -->\n"
# What each family is after. The bombs are judged by how they end, the others by what they gain.
AIMS = {
    "files": "the host's files, devices, disks and kernel settings; set-id files and capabilities",
    "others": "the server's and neighbours' environment, memory, descriptors, processes, sockets and ports",
    "namespaces": "new or others' namespaces; mounts by the old and the new calls; other roots",
    "interfaces": "io_uring, bpf, perf, userfaultfd, fanotify, keys, modules, kexec, clocks, terminals, foreign calls",
    "sockets": "every family of sockets but one's own loopback; netlink; raw packets; ping",
    "identity": "users, groups, capabilities, priorities and limits",
    "bombs": "memory in all its forms, processes, files with and without names, links, folders, buffers",
}


def table() -> str:
    """A row for each family."""
    counts = {**{family: len(cases) for family, cases in CASES.items()}, "bombs": len(BOMBS)}
    rows = ["| family | attacks | after |", "| --- | --- | --- |"]
    rows += [f"| {family} | {count} | {AIMS[family]} |" for family, count in counts.items()]
    return "\n".join([*rows, f"| all | {sum(counts.values())} | |"]) + "\n"


def written(page: str) -> str:
    """The page with the table as it is in the code."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
