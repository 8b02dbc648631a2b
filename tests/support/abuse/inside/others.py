"""Attacks on other processes: the server, its sandboxes' supervisors, and neighbours."""

import array
import ctypes
import os
import resource
import signal
import socket
import stat
from collections.abc import Callable, Iterable

from tests.support.abuse.inside.facts import Facts
from tests.support.abuse.inside.files import each, processes, read
from tests.support.abuse.inside.kernel import address, buffer, call

PTRACE_SEIZE, PTRACE = 0x4206, 101
PROCESS_VM_READV, PROCESS_VM_WRITEV = 310, 311
PIDFD_GETFD, KCMP = 438, 312
SECRET_BYTES = 64
FIRST_FREE = 3
MARK = b"!"


def any_of(attack: Callable[[int], object], targets: Iterable[int]) -> list[object]:
    """What the attack gains from any target; raises the last trouble where it gains nothing."""
    gained: list[object] = []
    trouble: OSError | None = None
    for target in targets:
        try:
            gained.append(attack(target))
        except OSError as error:
            trouble = error
    if trouble and not gained:
        raise trouble
    return gained


def everybody(facts: Facts) -> list[int]:
    """The victim, and where they are fair game PID 1 and what started the harness, whose child we are."""
    if not facts.above:
        return list(facts.pids)
    return [*facts.pids, int(read(f"/proc/{os.getppid()}/stat").rsplit(")", 1)[1].split()[1]), 1]


def peek(pid: int, at: int) -> str:
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        told = f"opened {pid}: "
        memory.seek(at)
        try:
            return told + memory.read(SECRET_BYTES).decode(errors="replace")
        except OSError:
            return told


def poke(pid: int, at: int) -> None:
    with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
        memory.seek(at)
        memory.write(MARK)


def vector(memory: "ctypes.Array[ctypes.c_char]", at: int | None = None) -> "ctypes.Array[ctypes.c_char]":
    """struct iovec over our memory, or over as much at an address elsewhere."""
    where = address(memory) if at is None else at
    return buffer(where.to_bytes(8, "little") + len(memory).to_bytes(8, "little"))


def copy(number: int, pid: int, ours: "ctypes.Array[ctypes.c_char]", at: int) -> str:
    """process_vm_readv(2) or process_vm_writev(2)."""
    local, remote = vector(ours), vector(ours, at)
    call(number, pid, local, 1, remote, 1, 0)
    return ours.raw.decode(errors="replace")


def open_files(facts: Facts) -> str:
    """Regular files alone: the open ends of others' pipes would lose what is read."""
    paths = [f"{folder}/fd/{name}" for folder in processes(facts) for name in listed(f"{folder}/fd")]
    return each(lambda path: read(path) if stat.S_ISREG(os.stat(path).st_mode) else "", paths)


def listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def inherited(_: Facts) -> str:
    """Read whatever we were left, but for the harness's own pipes."""
    told = ""
    for descriptor in listed(f"/proc/{os.getppid()}/fd"):
        if int(descriptor) < FIRST_FREE:
            continue
        target = os.readlink(f"/proc/{os.getppid()}/fd/{descriptor}")
        told += target + " "
        if target.startswith(("/", "memfd")):
            told += read(f"/proc/{os.getppid()}/fd/{descriptor}")
    return told


def speak_as_host(_: Facts) -> None:
    """Give orders to a supervisor on any socket that we were left."""
    for descriptor in listed("/proc/self/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(descriptor)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(descriptor))) as channel:
                spare, other = socket.socketpair()
                rights = array.array("i", [spare.fileno()])
                channel.sendmsg([b"kill-all"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
                other.close()
        except OSError:
            continue


def take_descriptors(facts: Facts) -> str:
    """Everybody's descriptors, duplicated into us, and read."""
    told = ""
    for pid in everybody(facts):
        pidfd = os.pidfd_open(pid)
        for descriptor in range(FIRST_FREE, 32):
            try:
                taken = call(PIDFD_GETFD, pidfd, descriptor, 0)
                told += os.pread(taken, SECRET_BYTES, 0).decode(errors="replace")
            except OSError as error:
                trouble = error
    if not told:
        raise trouble
    return told


def trace(pid: int) -> None:
    call(PTRACE, PTRACE_SEIZE, pid, 0, 0)


def connect(family: int, where: object) -> socket.socket:
    door = socket.socket(family)
    door.settimeout(2)
    door.connect(where)  # type: ignore[arg-type]
    return door


def say(facts: Facts) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.sendto(b"hello", ("127.0.0.1", facts.udp))


def limit(pid: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_MSGQUEUE, (1, 1))


def worsen(pid: int) -> None:
    with open(f"/proc/{pid}/oom_score_adj", "w", encoding="ascii") as score:
        score.write("999")


ATTACKS: dict[str, Callable[[Facts], object]] = {
    "read its own environment": lambda _: read("/proc/self/environ"),
    "read others' environment": lambda facts: each(read, [f"{folder}/environ" for folder in processes(facts)]),
    "read others' command lines": lambda facts: each(read, [f"{folder}/cmdline" for folder in processes(facts)]),
    "read others' files": lambda facts: each(read, facts.files),
    "read others' files from their roots": lambda facts: each(
        read, [f"{folder}/root{file}" for folder in processes(facts) for file in facts.files]
    ),
    "read others' memory": lambda facts: "".join(
        map(str, any_of(lambda p: peek(p, facts.secret_at), everybody(facts)))
    ),
    "copy others' memory": lambda facts: "".join(
        map(str, any_of(lambda p: copy(PROCESS_VM_READV, p, buffer(SECRET_BYTES), facts.secret_at), everybody(facts)))
    ),
    "write others' memory": lambda facts: any_of(lambda p: poke(p, facts.note_at), everybody(facts)),
    "copy into others' memory": lambda facts: any_of(
        lambda p: copy(PROCESS_VM_WRITEV, p, buffer(MARK), facts.note_at + 1), everybody(facts)
    ),
    "read others' open files": open_files,
    "read inherited files": inherited,
    "take others' descriptors": take_descriptors,
    "speak on an inherited socket": speak_as_host,
    "compare with others": lambda facts: any_of(lambda p: call(KCMP, os.getpid(), p, 0, 1, 1), everybody(facts)),
    # Not the victim itself: a traced process stops at each signal.
    "trace others": lambda facts: any_of(trace, [facts.doomed[3], *(set(everybody(facts)) - set(facts.pids))]),
    "kill others": lambda facts: any_of(lambda p: os.kill(p, signal.SIGKILL), facts.doomed[:1]),
    "stop others": lambda facts: any_of(lambda p: os.kill(p, signal.SIGSTOP), facts.doomed[1:2]),
    "kill others by a descriptor": lambda facts: any_of(
        lambda p: signal.pidfd_send_signal(os.pidfd_open(p), signal.SIGKILL), facts.doomed[2:3]
    ),
    "limit others": lambda facts: any_of(limit, everybody(facts)),
    "have others killed for memory": lambda facts: any_of(worsen, everybody(facts)),
    "reach a TCP port": lambda facts: connect(socket.AF_INET, ("127.0.0.1", facts.tcp)),
    "reach a TCP port over IPv6": lambda facts: connect(socket.AF_INET6, ("::1", facts.tcp6)),
    "reach a UDP port": say,
    "reach an abstract socket": lambda facts: connect(socket.AF_UNIX, "\0" + facts.abstract),
    "reach a socket by its path": lambda facts: connect(socket.AF_UNIX, facts.socket),
    "see other interfaces": lambda _: read("/proc/self/net/dev"),
}
