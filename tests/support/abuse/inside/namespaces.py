"""Attacks through namespaces and mounts."""

import os
import signal
from collections.abc import Callable

from tests.support.abuse.inside.facts import Facts
from tests.support.abuse.inside.kernel import buffer, call, stay

UNSHARE, CLONE, CLONE3, SETNS = 272, 56, 435, 308
MOUNT, UMOUNT, PIVOT_ROOT = 165, 166, 155
OPEN_TREE, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT, FSPICK, MOUNT_SETATTR = 428, 429, 430, 431, 432, 433, 442
STATMOUNT, LISTMOUNT = 457, 458
AT_FDCWD = -100
BIND, DETACH = 0x1000, 2
OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH, FSCONFIG_SET_STRING, FSCONFIG_CMD_CREATE = 1, 4, 1, 6
NO_DIRECTORY_TIMES = 0x80
KINDS = {
    "user": 0x10000000,
    "mnt": 0x20000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
    "time": 0x80,
}


def unshare(flags: int) -> None:
    """The child is for those namespaces that only children enter."""
    call(UNSHARE, flags)
    if os.fork() == 0:
        stay()


def clone(flags: int) -> None:
    """A child in a new namespace, which stays."""
    if call(CLONE, flags | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        stay()


def clone3(flags: int) -> None:
    arguments = buffer(b"".join(word.to_bytes(8, "little") for word in (flags, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)))
    if call(CLONE3, arguments, len(arguments)) == 0:
        stay()


def enter(kind: str) -> None:
    """The namespace of a child that made one."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            call(UNSHARE, KINDS[kind])
        finally:
            os.write(writable, b"!")
            stay()
    os.read(readable, 1)
    call(SETNS, os.open(f"/proc/{child}/ns/{kind}", os.O_RDONLY), 0)


def folder(name: str) -> bytes:
    os.mkdir(name)
    return os.path.abspath(name).encode()


def mount(_: Facts) -> None:
    call(MOUNT, b"abuse-mount", folder("mounted"), b"tmpfs", 0, None)


def unmount(_: Facts) -> None:
    """Until the kernel says that nothing is mounted there."""
    while True:
        call(UMOUNT, b"/dev/shm", DETACH)


def bind(_: Facts) -> None:
    call(MOUNT, b"/usr", folder("bound"), None, BIND, None)


def move(_: Facts) -> None:
    context = call(FSOPEN, b"tmpfs", 0)
    call(FSCONFIG, context, FSCONFIG_SET_STRING, b"source", b"abuse-move", 0)
    call(FSCONFIG, context, FSCONFIG_CMD_CREATE, None, None, 0)
    tree = call(FSMOUNT, context, 0, 0)
    call(MOVE_MOUNT, tree, b"", AT_FDCWD, folder("moved"), MOVE_MOUNT_F_EMPTY_PATH)


def set_attributes(_: Facts) -> None:
    attributes = buffer(b"".join(word.to_bytes(8, "little") for word in (NO_DIRECTORY_TIMES, 0, 0, 0)))
    call(MOUNT_SETATTR, AT_FDCWD, b"/proc", 0, attributes, len(attributes))


def change_root(_: Facts) -> None:
    folder("chrooted")
    os.chroot("chrooted")


def pivot(_: Facts) -> None:
    """In mounts of its own, where it may have them."""
    root = folder("pivoted")
    try:
        call(UNSHARE, KINDS["mnt"])
    finally:
        call(MOUNT, root, root, None, BIND, None)
        os.mkdir(root + b"/old")
        call(PIVOT_ROOT, root, root + b"/old")


ATTACKS: dict[str, Callable[[Facts], object]] = {
    **{f"unshare {kind}": lambda _, flags=flags: unshare(flags) for kind, flags in KINDS.items()},  # type: ignore[misc]
    **{
        f"clone {kind}": lambda _, flags=flags: clone(flags)  # type: ignore[misc]
        for kind, flags in KINDS.items()
        if kind != "time"
    },
    **{f"clone3 {kind}": lambda _, flags=flags: clone3(flags) for kind, flags in KINDS.items()},  # type: ignore[misc]
    "enter a namespace": lambda _: enter("uts"),
    "mount": mount,
    "mount the host's folder": bind,
    "unmount": unmount,
    "make a file system": lambda _: call(FSOPEN, b"tmpfs", 0),
    "pick a file system": lambda _: call(FSPICK, AT_FDCWD, b"/", 0),
    "mount what it made": move,
    "copy a mount": lambda _: call(OPEN_TREE, AT_FDCWD, b"/", OPEN_TREE_CLONE),
    "change a mount": set_attributes,
    "list mounts": lambda _: call(LISTMOUNT, 0, 0, 0, 0),
    "look at a mount": lambda _: call(STATMOUNT, 0, 0, 0, 0),
    "change the root": change_root,
    "pivot the root": pivot,
}
