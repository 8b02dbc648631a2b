"""Whether an attack succeeded, as told by what can be seen from outside."""

import ctypes
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.abuse.host_process import HostProcess
from tests.support.abuse.scene import Scene, Victim, keys_by_user

# null, zero, full, random, urandom; tty and ptmx.
HARMLESS_DEVICES = frozenset(
    {
        os.makedev(1, 3),
        os.makedev(1, 5),
        os.makedev(1, 7),
        os.makedev(1, 8),
        os.makedev(1, 9),
        os.makedev(5, 0),
        os.makedev(5, 2),
    }
)
HARMLESS_SOCKETS = frozenset({(1, 1, 0), (1, 2, 0)})
SEQUENCED_PACKETS = 5
REFUSALS = frozenset({"EPERM", "ENOSYS", "EAFNOSUPPORT"})
NOTE = "kept"
IOPRIO_GET = 252

_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An attack after the deed: what it told, its processes on the host, and what surrounds them."""

    said: str
    error: str
    processes: list[HostProcess]
    main: HostProcess
    """The harness, which attacks nobody: what an attacker has in common with it, it had before."""
    bystanders: list[HostProcess]
    """All that runs on the same ground and does not belong to the attack."""
    folder: Path
    """The attacker's working folder, as the host sees it."""
    host_name: str
    """The name of the host, as one on the same ground sees it."""
    scene: Scene
    victim: Victim


Judge = Callable[[Evidence], bool]


def learned_the_secret(evidence: Evidence) -> bool:
    """It knows what only the host, or the victim, could tell."""
    return any(secret in evidence.said for secret in (evidence.scene.secret, evidence.victim.secret))


def canary(name: str) -> Judge:
    """One of the host's files is not what it was."""
    return lambda evidence: evidence.scene.is_changed(name)


def planted(name: str, test: Callable[[os.stat_result], bool]) -> Judge:
    """There is such a file in the project folder."""

    def judge(evidence: Evidence) -> bool:
        try:
            return test(os.lstat(evidence.folder / name))
        except OSError:
            return False

    return judge


def has_set_id(found: os.stat_result) -> bool:
    return bool(found.st_mode & (stat.S_ISUID | stat.S_ISGID))


def any_process(test: Callable[[HostProcess], object]) -> Judge:
    return lambda evidence: any(test(process) for process in evidence.processes)


def holds(pattern: str) -> Judge:
    """It has something open."""
    wanted = re.compile(pattern)
    return any_process(lambda process: any(wanted.search(target) for target in process.files().values()))


def writes(prefix: str) -> Judge:
    """It has something open for writing."""
    return any_process(lambda process: any(target.startswith(prefix) for target in process.writable_files()))


def holds_device(kind: int) -> Judge:
    return any_process(
        lambda process: any(found == kind and number not in HARMLESS_DEVICES for found, number in process.devices())
    )


def in_new_namespace(kind: str) -> Judge:
    """It, or its next child, is elsewhere."""
    names = {"pid": ("pid", "pid_for_children"), "time": ("time", "time_for_children")}.get(kind, (kind,))

    def judge(evidence: Evidence) -> bool:
        home = evidence.main.link(f"ns/{kind}")
        assert home, "the harness has gone"
        seen = {process.link(f"ns/{name}") for process in evidence.processes for name in names} - {""}
        return bool(seen - {home})

    return judge


def mounted(marker: str) -> Judge:
    """The mounts that it sees have a line with this in it."""
    return any_process(lambda process: any(re.search(marker, line) for line in process.attached_mounts().values()))


def unmounted(folder: str) -> Judge:
    return any_process(
        lambda process: (
            process.attached_mounts() and not any(f" {folder} " in line for line in process.attached_mounts().values())
        )
    )


def has_another_root(evidence: Evidence) -> bool:
    return any(process.root not in (evidence.main.root, (0, 0)) for process in evidence.processes)


def holds_socket(test: Callable[[tuple[int, int, int]], bool]) -> Judge:
    return any_process(lambda process: any(test(each) for each in process.sockets()))


def heard(door: str) -> Judge:
    """The victim had a visitor."""
    return lambda evidence: door in evidence.victim.heard


def holds_a_channel(evidence: Evidence) -> bool:
    """It has a socket of the kind that a supervisor and its keepers take orders from."""
    channels = holds_socket(lambda each: each[1] == SEQUENCED_PACKETS)
    return channels(evidence) or any(kind == SEQUENCED_PACKETS for _, kind, _ in evidence.main.sockets())


def doomed(index: int, *states: str) -> Judge:
    """One of the victim's processes is in such a state; the empty one means that it has gone."""
    return lambda evidence: evidence.victim.doomed[index].state in states


def traced(evidence: Evidence) -> bool:
    return any(
        process.status("TracerPid") not in ([], ["0"]) for process in [*evidence.bystanders, *evidence.victim.tree]
    )


def became(field: str, wanted: str) -> Judge:
    """One of its ids is this one."""
    return any_process(lambda process: wanted in process.status(field))


def has_a_capability(evidence: Evidence) -> bool:
    fields = ("CapEff", "CapPrm", "CapAmb")
    return any(int(words[0], 16) for p in evidence.processes for field in fields if (words := p.status(field)))


def sees_interfaces(process: HostProcess) -> bool:
    """It sees interfaces other than its own loopback."""
    return any(not line.strip().startswith("lo:") for line in process.text("net/dev").splitlines()[2:])


def opened_memory(evidence: Evidence) -> bool:
    return learned_the_secret(evidence) or "opened" in evidence.said


def scribbled(position: int) -> Judge:
    """A letter of the victim's note is another one."""
    return lambda evidence: evidence.victim.note[position] != NOTE[position]


def limit_of(process: HostProcess, name: str) -> int:
    """A hard limit."""
    line = next((line for line in process.text("limits").splitlines() if line.startswith(name)), "")
    word = line.removeprefix(name).split()[1:2]
    return int(word[0]) if word and word[0].isdigit() else -1


def others(test: Callable[[HostProcess], bool]) -> Judge:
    """True of any process that is not the attacker's."""
    return lambda evidence: any(test(process) for process in [*evidence.bystanders, *evidence.victim.tree])


def compared(measure: Callable[[HostProcess], int], better: Callable[[int, int], bool]) -> Judge:
    """A figure of the attacker's is better than the harness's."""
    return lambda evidence: any(
        better(measure(process), measure(evidence.main))
        for process in evidence.processes
        if process.state not in ("", "Z")
    )


def oom_score(process: HostProcess) -> int:
    return int(process.text("oom_score_adj") or 0)


def io_class(process: HostProcess) -> int:
    return int(_libc.syscall(IOPRIO_GET, 1, process.pid, 0)) >> 13


def keeps_keys(evidence: Evidence) -> bool:
    """The kernel counts more keys for its user than before."""
    uids = {int(words[0]) for process in evidence.processes if (words := process.status("Uid"))}
    now = keys_by_user()
    return any(now.get(uid, 0) > evidence.scene.keys.get(uid, 0) for uid in uids)


def reached_the_kernel(evidence: Evidence) -> bool:
    """The call was looked at. Nothing outside shows that; the filter as a program says the same (test_seccomp.py)."""
    return evidence.error not in REFUSALS
