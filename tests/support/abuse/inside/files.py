"""Attacks on the host's files, devices and kernel settings."""

import os
import stat
from collections.abc import Callable, Iterable

from tests.support.abuse.inside.facts import Facts
from tests.support.abuse.inside.kernel import buffer, call

UP = "../" * 40
NAME_TO_HANDLE_AT, OPEN_BY_HANDLE_AT = 303, 304
FCHMODAT2 = 452
AT_FDCWD = -100
DISKS = ("/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/xvda", "/dev/loop0", "disk")
DEVICES = (
    "autofs", "btrfs-control", "cpu_dma_latency", "fuse", "hwrng", "input/event0", "kvm", "loop-control", "net/tun",
    "rtc0", "snapshot", "tty1", "uinput", "userfaultfd", "vhost-net", "vhost-vsock", "vport0p1", "vsock", "zram0",
)  # fmt: skip
KERNEL_MEMORY = ("/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore")
# CAP_SYS_ADMIN and all others, effective, revision 2.
ALL_CAPABILITIES = bytes.fromhex("01000002ffffffff00000000ffffffff00000000")


def read(path: str) -> str:
    """Its content."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(1 << 16)


def each(attack: Callable[[str], str], paths: Iterable[str]) -> str:
    """What the attack gets from any of the paths; raises the last trouble where it gets nothing."""
    told, trouble = "", None
    for path in paths:
        try:
            told += attack(path)
        except OSError as error:
            trouble = error
    if trouble and not told:
        raise trouble
    return told


def processes(facts: Facts) -> list[str]:
    """The folder of every process; in the open the victim's alone, as others' secrets are nobody's business."""
    names = [name for name in os.listdir("/proc") if name.isdigit()] if facts.above else facts.pids
    return [f"/proc/{name}" for name in names]


def hold(paths: Iterable[str], flags: int) -> list[int]:
    """Open those that can be opened."""
    held = []
    trouble: OSError | None = None
    for path in paths:
        try:
            held.append(os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY))
        except OSError as error:
            trouble = error
    if trouble and not held:
        raise trouble
    return held


def first(facts: Facts) -> int:
    """PID 1, or whom one can be sure to reach in the open."""
    return 1 if facts.above else facts.pids[0]


def through_a_link(facts: Facts) -> str:
    os.symlink(f"{facts.folder}/canary", "shortcut")
    return read("shortcut")


def by_handle(facts: Facts) -> str:
    """As if the handle had been guessed, which is a matter of patience."""
    folder = os.open(".", os.O_RDONLY)
    handle = buffer(bytes.fromhex(facts.handle))
    return os.read(call(OPEN_BY_HANDLE_AT, folder, handle, os.O_RDONLY), 1 << 16).decode()


def handle_of_a_file(_: Facts) -> str:
    handle, mount = buffer((128).to_bytes(4, "little") + bytes(132)), buffer(4)
    call(NAME_TO_HANDLE_AT, AT_FDCWD, b".", handle, mount, 0)
    return handle.raw.hex()


def append(facts: Facts) -> None:
    with open(f"{facts.folder}/append", "a", encoding="ascii") as file:
        file.write("owned")


def replace(facts: Facts) -> None:
    with open("substitute", "w", encoding="ascii") as file:
        file.write("owned")
    os.rename("substitute", f"{facts.folder}/replace")


def device(name: str, kind: int, number: int) -> None:
    os.mknod(name, kind | 0o600, number)


def set_id_by(change: Callable[[str], object], name: str) -> None:
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o755))
    change(name)


ATTACKS: dict[str, Callable[[Facts], object]] = {
    "read a host's file": lambda facts: read(f"{facts.folder}/canary"),
    "read it from /proc/self/root": lambda facts: read(f"/proc/self/root{facts.folder}/canary"),
    "read it from /proc/1/root": lambda facts: read(f"/proc/{first(facts)}/root{facts.folder}/canary"),
    "read it from anybody's root": lambda facts: each(
        read, [f"{p}/root{facts.folder}/canary" for p in processes(facts)]
    ),
    "read it by climbing": lambda facts: read(f"{UP}{facts.folder}/canary"),
    "read it through a planted link": through_a_link,
    "read it by its kernel handle": by_handle,
    "get a kernel handle": handle_of_a_file,
    "append to a host's file": append,
    "replace a host's file": replace,
    "remove a host's file": lambda facts: os.unlink(f"{facts.folder}/remove"),
    "link a host's file into the project": lambda facts: os.link(f"{facts.folder}/link", "linked"),
    "open a host's file to all": lambda facts: os.chmod(f"{facts.folder}/mode", 0o666),
    "list a host's folder": lambda facts: " ".join(os.listdir(f"{facts.folder}/listed")),
    "write among the host's programs": lambda facts: os.close(
        os.open(f"/usr/local/{os.path.basename(facts.folder)}", os.O_CREAT | os.O_WRONLY)
    ),
    "set core_pattern": lambda _: hold(["/proc/sys/kernel/core_pattern"], os.O_WRONLY),
    "set the module loader": lambda _: hold(["/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug"], os.O_WRONLY),
    "drop the host's caches": lambda _: hold(["/proc/sys/vm/drop_caches"], os.O_WRONLY),
    "press sysrq": lambda _: hold(["/proc/sysrq-trigger", "/proc/sys/kernel/sysrq"], os.O_WRONLY),
    "steer interrupts": lambda _: hold(["/proc/irq/default_smp_affinity"], os.O_WRONLY),
    "write to /sys": lambda _: hold(
        [
            "/sys/power/state",
            "/sys/kernel/uevent_helper",
            "/sys/kernel/mm/ksm/run",
            "/sys/module/printk/parameters/time",
        ],
        os.O_WRONLY,
    ),
    "change its cgroup": lambda _: hold(
        ["/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/release_agent", "/sys/fs/cgroup/pids/cgroup.procs"],
        os.O_WRONLY,
    ),
    "read the kernel's memory": lambda _: hold(KERNEL_MEMORY, os.O_RDONLY),
    "read the kernel's log": lambda _: hold(["/dev/kmsg", "/proc/kmsg"], os.O_RDONLY),
    "open a disk": lambda _: hold(DISKS, os.O_RDONLY),
    "open a device": lambda _: hold([f"/dev/{name}" for name in DEVICES], os.O_RDONLY),
    "make a disk": lambda facts: device("disk", stat.S_IFBLK, facts.disk),
    "make a character device": lambda _: device("memory", stat.S_IFCHR, os.makedev(1, 1)),
    "make a set-uid file": lambda _: set_id_by(lambda name: os.chmod(name, 0o4755), "suid-chmod"),
    "make a set-gid file": lambda _: set_id_by(lambda name: os.chmod(name, 0o2755), "sgid-chmod"),
    "make a set-uid file by fchmodat2": lambda _: set_id_by(
        lambda name: call(FCHMODAT2, AT_FDCWD, name.encode(), 0o4755, 0), "suid-fchmodat2"
    ),
    "create a set-uid file": lambda _: os.open("suid-open", os.O_CREAT | os.O_WRONLY, 0o6755),
    "create a set-uid node": lambda _: os.mknod("suid-mknod", stat.S_IFREG | 0o4755),
    "give a file capabilities": lambda _: set_id_by(
        lambda name: os.setxattr(name, "security.capability", ALL_CAPABILITIES), "capable"
    ),
}
