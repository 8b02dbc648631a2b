"""Attacks on what the kernel takes the code for, and on its share of the host."""

import os
import resource
import subprocess
from collections.abc import Callable

from tests.support.abuse.inside.facts import Facts
from tests.support.abuse.inside.kernel import buffer, call

CAPSET, SCHED_SETSCHEDULER, IOPRIO_SET, PRCTL = 126, 144, 251, 157
CAPABILITY_VERSION = 0x20080522
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW = 47, 2, 13
REAL_TIME_IO = (1 << 13) | 4
SOMEBODY = 4242


def capabilities(_: Facts) -> None:
    header = buffer(CAPABILITY_VERSION.to_bytes(4, "little") + bytes(4))
    # One that every root has: CAP_CHOWN.
    wanted = buffer(b"\x01\0\0\0" * 3 + bytes(12))
    call(CAPSET, header, wanted)


def ambient(_: Facts) -> None:
    header = buffer(CAPABILITY_VERSION.to_bytes(4, "little") + bytes(4))
    wanted = buffer((1 << CAP_NET_RAW).to_bytes(4, "little") * 3 + bytes(12))
    call(CAPSET, header, wanted)
    call(PRCTL, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0)


def set_uid_program(_: Facts) -> object:
    """A program of the host that is root's whoever starts it; it waits for a password."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(SOMEBODY)
        os.setuid(SOMEBODY)
    return subprocess.Popen(["su", "root"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def map_root(_: Facts) -> None:
    """Be root in a user namespace."""
    uid = os.getuid()
    try:
        call(272, 0x10000000)
    finally:
        with open("/proc/self/uid_map", "w", encoding="ascii") as uids:
            uids.write(f"0 {uid} 1")


def raise_limit(_: Facts) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard * 2, hard * 2))


def spare_itself(_: Facts) -> None:
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("-500")


ATTACKS: dict[str, Callable[[Facts], object]] = {
    "become root": lambda _: os.setresuid(0, 0, 0),
    "become root's group": lambda _: os.setresgid(0, 0, 0),
    "become somebody": lambda _: os.setresuid(SOMEBODY, SOMEBODY, SOMEBODY),
    "become somebody's group": lambda _: os.setresgid(SOMEBODY, SOMEBODY, SOMEBODY),
    "join a group": lambda _: os.setgroups([0, SOMEBODY]),
    "take a capability": capabilities,
    "take an ambient capability": ambient,
    "run a set-uid program": set_uid_program,
    "map itself to root": map_root,
    "get ahead of others": lambda _: os.nice(-5),
    "run in real time": lambda _: call(SCHED_SETSCHEDULER, 0, 1, buffer((10).to_bytes(4, "little"))),
    "read and write in real time": lambda _: call(IOPRIO_SET, 1, 0, REAL_TIME_IO),
    "raise its limits": raise_limit,
    "be spared before the host": spare_itself,
}
