"""Attacks on interfaces of the kernel that have a history of holes, or that belong to administrators."""

import ctypes
import mmap
import os
import pty
from collections.abc import Callable

from tests.support.abuse.inside.facts import Facts
from tests.support.abuse.inside.kernel import Argument, buffer, call

IO_URING_SETUP, BPF, PERF_EVENT_OPEN, USERFAULTFD, FANOTIFY_INIT, MEMFD_SECRET = 425, 321, 298, 323, 300, 447
ADD_KEY, REQUEST_KEY, KEYCTL, PERSONALITY, IOCTL = 248, 249, 250, 135, 16
PROCESS_KEYRING = -2
KEYCTL_JOIN_SESSION_KEYRING = 1
BPF_ARRAY = (2, 4, 8, 1)  # BPF_MAP_TYPE_ARRAY, key and value size, entries
COMPATIBLE_LAYOUT = 0x0200000
X32_MKDIR, I386_MKDIR = 0x40000000 + 83, 39
TIOCSTI, TIOCLINUX, TIOCSETD = 0x5412, 0x541C, 0x5423
LOW_MEMORY = 0x40  # MAP_32BIT

# Calls with arguments that harm nobody: what matters is whether they are looked at.
BARE: dict[str, tuple[int, tuple[Argument, ...]]] = {
    "load a kernel": (246, (0, 99, 0, 0)),
    "load a kernel from a file": (320, (-1, -1, 0, 0, 0)),
    "load a module": (175, (0, 0, b"")),
    "load a module from a file": (313, (-1, b"", 0)),
    "unload a module": (176, (b"abuse", 0x800)),
    "reboot": (169, (0, 0, 0, 0)),
    "swap on": (167, (b"/abuse", 0)),
    "swap off": (168, (b"/abuse",)),
    "account for processes": (163, (b"/abuse",)),
    "set a quota": (179, (0, b"/abuse", 0, 0)),
    "set a quota by descriptor": (443, (-1, 0, 0, 0)),
    "read the kernel log": (103, (10, 0, 0)),
    "set the clock": (227, (-1, 0)),
    "set the time of day": (164, (1, 0)),
    "slew the clock": (159, (1,)),
    "slew a clock": (305, (0, 1)),
    "reach the ports": (172, (4,)),
    "reach one port": (173, (0x80, 1, 1)),
    "change descriptor tables": (154, (0, 0, 0)),
    "mark for fanotify": (301, (-1, 0, 0, 0, 0)),
    "open by a handle": (304, (-1, 0, 0)),
    "move pages": (279, (0, 0, 0, 0, 0, 0)),
    "migrate pages": (256, (0, 0, 0, 0)),
    "bind memory to nodes": (237, (0, 0, 0, 0, 0, 0)),
    "set a memory policy": (238, (0, 0, 0)),
    "set up a ring": (426, (-1, 0, 0, 0, 0, 0)),
    "register with a ring": (427, (-1, 0, 0, 0)),
    "call the future": (480, (0,)),
}


def ring(_: Facts) -> None:
    call(IO_URING_SETUP, 8, buffer(120))


def bpf_map(_: Facts) -> None:
    attributes = buffer(b"".join(word.to_bytes(4, "little") for word in BPF_ARRAY) + bytes(56))
    call(BPF, 0, attributes, len(attributes))


def perf_event(_: Facts) -> None:
    """A software event: the CPU's clock."""
    attributes = buffer(b"".join(word.to_bytes(4, "little") for word in (1, 112)) + bytes(104))
    call(PERF_EVENT_OPEN, attributes, 0, -1, -1, 0)


def key(_: Facts) -> None:
    call(ADD_KEY, b"user", b"abuse", b"owned", 5, PROCESS_KEYRING)


def keyring(_: Facts) -> None:
    call(KEYCTL, KEYCTL_JOIN_SESSION_KEYRING, b"abuse", 0, 0, 0)


def terminal(request: int) -> int:
    """Push a character into a terminal of our own, as if it had been typed."""
    _, slave = pty.openpty()
    return call(IOCTL, slave, request, b"\x03\0\0\0")


def discipline(_: Facts) -> int:
    """Give a terminal the line discipline of a modem, or whichever: here the one that it has."""
    slave = pty.openpty()[1]
    return call(IOCTL, slave, TIOCSETD, bytes(4))


def old_call(_: Facts) -> None:
    """mkdir(2) by the door for 32-bit programs, which takes other numbers."""
    memory = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | LOW_MEMORY, prot=7)
    at = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    path = os.path.abspath("by-int-0x80").encode() + b"\0"
    load = b"\xb8" + I386_MKDIR.to_bytes(4, "little") + b"\xbb" + (at + 64).to_bytes(4, "little")
    code = b"\x53" + load + b"\xb9\xed\x01\x00\x00" + b"\xcd\x80" + b"\x5b\xc3"
    memory.write(code.ljust(64, b"\x90") + path)
    ctypes.CFUNCTYPE(ctypes.c_long)(at)()


ATTACKS: dict[str, Callable[[Facts], object]] = {
    "io_uring": ring,
    "bpf": bpf_map,
    "perf events": perf_event,
    "userfaultfd": lambda _: call(USERFAULTFD, 1),
    "fanotify": lambda _: call(FANOTIFY_INIT, 0, 0),
    "memory secret from the host": lambda _: call(MEMFD_SECRET, 0),
    "keep a key in the kernel": key,
    "ask for a key": lambda _: call(REQUEST_KEY, b"keyring", b"_ses", 0, PROCESS_KEYRING),
    "make a keyring": keyring,
    "an older personality": lambda _: call(PERSONALITY, COMPATIBLE_LAYOUT),
    "a call of the x32 kind": lambda _: call(X32_MKDIR, b"by-x32", 0o755),
    "a call of 32-bit programs": old_call,
    "rename the host": lambda _: call(170, b"owned", 5),
    "rename the domain": lambda _: call(171, b"owned", 5),
    "type into a terminal": lambda _: terminal(TIOCSTI),
    "paste into a console": lambda _: terminal(TIOCLINUX),
    "make a modem of a terminal": discipline,
    **{name: lambda _, number=number, rest=rest: call(number, *rest) for name, (number, rest) in BARE.items()},  # type: ignore[misc]
}
