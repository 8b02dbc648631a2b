"""Every attack with its judge: the suite's list, by family. `docs/security.md` names the families."""

import os
import stat
from collections.abc import Mapping
from operator import gt, lt

from tests.support.abuse.inside.interfaces import BARE, COMPATIBLE_LAYOUT
from tests.support.abuse.inside.namespaces import KINDS
from tests.support.abuse.inside.sockets import FAMILIES, ICMP, ICMP6, INET, INET6, NETLINK, PROTOCOLS
from tests.support.abuse.judges import (
    Evidence,
    Judge,
    any_process,
    became,
    canary,
    compared,
    doomed,
    has_a_capability,
    has_another_root,
    has_set_id,
    heard,
    holds,
    holds_a_channel,
    holds_device,
    holds_socket,
    in_new_namespace,
    io_class,
    keeps_keys,
    learned_the_secret,
    limit_of,
    mounted,
    oom_score,
    opened_memory,
    others,
    planted,
    reached_the_kernel,
    scribbled,
    sees_interfaces,
    traced,
    unmounted,
    writes,
)

RAW, FIFO_CLASS, REAL_TIME_CLASS, WORST_SCORE = 3, 1, 1, 999


def is_capable(evidence: Evidence) -> bool:
    return "security.capability" in os.listxattr(evidence.folder / "capable")


FILES: dict[str, Judge] = {
    "read a host's file": learned_the_secret,
    "read it from /proc/self/root": learned_the_secret,
    "read it from /proc/1/root": learned_the_secret,
    "read it from anybody's root": learned_the_secret,
    "read it by climbing": learned_the_secret,
    "read it through a planted link": learned_the_secret,
    "read it by its kernel handle": learned_the_secret,
    "get a kernel handle": reached_the_kernel,
    "append to a host's file": canary("append"),
    "replace a host's file": canary("replace"),
    "remove a host's file": canary("remove"),
    "link a host's file into the project": canary("link"),
    "open a host's file to all": canary("mode"),
    "list a host's folder": learned_the_secret,
    "write among the host's programs": lambda evidence: evidence.scene.program.exists(),
    "set core_pattern": writes("/proc/sys/kernel/core_pattern"),
    "set the module loader": writes("/proc/sys/kernel/"),
    "drop the host's caches": writes("/proc/sys/vm/"),
    "press sysrq": writes("/proc/sys"),
    "steer interrupts": writes("/proc/irq/"),
    "write to /sys": writes("/sys/"),
    "change its cgroup": writes("/sys/fs/cgroup/"),
    "read the kernel's memory": holds("^(/dev/(mem|kmem|port)|/proc/kcore)"),
    "read the kernel's log": holds("^(/dev/kmsg|/proc/kmsg)"),
    "open a disk": holds_device(stat.S_IFBLK),
    "open a device": holds_device(stat.S_IFCHR),
    "make a disk": planted("disk", lambda found: stat.S_ISBLK(found.st_mode)),
    "make a character device": planted("memory", lambda found: stat.S_ISCHR(found.st_mode)),
    "make a set-uid file": planted("suid-chmod", has_set_id),
    "make a set-gid file": planted("sgid-chmod", has_set_id),
    "make a set-uid file by fchmodat2": planted("suid-fchmodat2", has_set_id),
    "create a set-uid file": planted("suid-open", has_set_id),
    "create a set-uid node": planted("suid-mknod", has_set_id),
    "give a file capabilities": is_capable,
}

OTHERS: dict[str, Judge] = {
    "read its own environment": learned_the_secret,
    "read others' environment": learned_the_secret,
    "read others' command lines": learned_the_secret,
    "read others' files": learned_the_secret,
    "read others' files from their roots": learned_the_secret,
    "read others' memory": opened_memory,
    "copy others' memory": learned_the_secret,
    "write others' memory": scribbled(0),
    "copy into others' memory": scribbled(1),
    "read others' open files": learned_the_secret,
    "read inherited files": learned_the_secret,
    "take others' descriptors": lambda evidence: learned_the_secret(evidence) or holds_a_channel(evidence),
    "speak on an inherited socket": holds_a_channel,
    "compare with others": reached_the_kernel,
    "trace others": traced,
    "kill others": doomed(0, "Z", ""),
    "stop others": doomed(1, "T"),
    "kill others by a descriptor": doomed(2, "Z", ""),
    "limit others": others(lambda process: limit_of(process, "Max msgqueue size") == 1),
    "have others killed for memory": others(lambda process: oom_score(process) == WORST_SCORE),
    "reach a TCP port": heard("tcp"),
    "reach a TCP port over IPv6": heard("tcp6"),
    "reach a UDP port": heard("udp"),
    "reach an abstract socket": heard("abstract"),
    "reach a socket by its path": heard("socket"),
    "see other interfaces": any_process(sees_interfaces),
}

NAMESPACES: dict[str, Judge] = {
    **{f"unshare {kind}": in_new_namespace(kind) for kind in KINDS},
    **{f"clone {kind}": in_new_namespace(kind) for kind in KINDS if kind != "time"},
    **{f"clone3 {kind}": in_new_namespace(kind) for kind in KINDS},
    "enter a namespace": in_new_namespace("uts"),
    "mount": mounted("abuse-mount"),
    "mount the host's folder": mounted("/bound "),
    "unmount": unmounted("/dev/shm"),
    "make a file system": holds(r"\[fscontext\]"),
    "pick a file system": holds(r"\[fscontext\]"),
    "mount what it made": mounted("abuse-move"),
    "copy a mount": any_process(lambda process: process.detached_mounts()),
    "change a mount": mounted(" /proc [^ ]*nodiratime"),
    "list mounts": reached_the_kernel,
    "look at a mount": reached_the_kernel,
    "change the root": has_another_root,
    "pivot the root": has_another_root,
}

INTERFACES: dict[str, Judge] = {
    "io_uring": holds(r"\[io_uring\]"),
    "bpf": holds("bpf-map"),
    "perf events": holds(r"\[perf_event\]"),
    "userfaultfd": holds(r"\[userfaultfd\]"),
    "fanotify": holds(r"\[fanotify\]"),
    "memory secret from the host": holds("secretmem"),
    "keep a key in the kernel": keeps_keys,
    "ask for a key": reached_the_kernel,
    "make a keyring": keeps_keys,
    "an older personality": any_process(lambda p: int(p.text("personality") or "0", 16) & COMPATIBLE_LAYOUT),
    "a call of the x32 kind": planted("by-x32", lambda found: stat.S_ISDIR(found.st_mode)),
    "a call of 32-bit programs": planted("by-int-0x80", lambda found: stat.S_ISDIR(found.st_mode)),
    "rename the host": lambda evidence: evidence.host_name == "owned",
    "rename the domain": reached_the_kernel,
    "type into a terminal": reached_the_kernel,
    "paste into a console": reached_the_kernel,
    "make a modem of a terminal": reached_the_kernel,
    **dict.fromkeys(BARE, reached_the_kernel),
}

SOCKETS: dict[str, Judge] = {
    **{f"a socket of {name}": holds_socket(lambda found, f=f: found[0] == f) for name, f in FAMILIES.items()},  # type: ignore[misc]
    **{
        f"netlink for {name}": holds_socket(lambda found, p=p: found[0] == NETLINK and found[2] == p)  # type: ignore[misc]
        for name, p in PROTOCOLS.items()
    },
    "raw IP": holds_socket(lambda found: found[:2] == (INET, RAW)),
    "raw IPv6": holds_socket(lambda found: found[:2] == (INET6, RAW)),
    "ping": holds_socket(lambda found: (found[0], found[2]) == (INET, ICMP)),
    "ping over IPv6": holds_socket(lambda found: (found[0], found[2]) == (INET6, ICMP6)),
    "a pair of vsock": holds_socket(lambda found: found[0] == FAMILIES["vsock"]),
}

IDENTITY: dict[str, Judge] = {
    "become root": became("Uid", "0"),
    "become root's group": became("Gid", "0"),
    "become somebody": became("Uid", "4242"),
    "become somebody's group": became("Gid", "4242"),
    "join a group": became("Groups", "4242"),
    "take a capability": has_a_capability,
    "take an ambient capability": any_process(lambda p: int("".join(p.status("CapAmb")) or "0", 16)),
    "run a set-uid program": became("Uid", "0"),
    "map itself to root": in_new_namespace("user"),
    "get ahead of others": compared(lambda process: os.getpriority(os.PRIO_PROCESS, process.pid), lt),
    "run in real time": any_process(lambda process: os.sched_getscheduler(process.pid) == FIFO_CLASS),
    "read and write in real time": any_process(lambda process: io_class(process) == REAL_TIME_CLASS),
    "raise its limits": compared(lambda process: limit_of(process, "Max open files"), gt),
    "be spared before the host": any_process(lambda process: oom_score(process) < 0),
}

CASES: Mapping[str, Mapping[str, Judge]] = {
    "files": FILES,
    "others": OTHERS,
    "namespaces": NAMESPACES,
    "interfaces": INTERFACES,
    "sockets": SOCKETS,
    "identity": IDENTITY,
}
