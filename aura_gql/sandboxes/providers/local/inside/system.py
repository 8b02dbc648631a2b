"""Thin calls to the kernel and to the host's end of a socket."""

import _ctypes
import _signal  # type: ignore[import-not-found]
import _socket
import os
import select
import sys
from _collections_abc import Sequence

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER = 1, 4, 24, 36
HIGHEST_CAPABILITY = 63
SIGHUP, SIGKILL, SIGTERM, SIGCHLD, SIGCONT, SIGSTOP = 1, 9, 15, 17, 18, 19
LAST_SIGNAL = 64
# SIGKILL, SIGSTOP, and the two that libc keeps for itself.
UNCATCHABLE = (9, 19, 32, 33)
MESSAGE_BYTES = 1 << 18
ANCILLARY_BYTES = 256
DISCARD_BYTES = 1 << 16

# struct __user_cap_header_struct: version 3, ourselves; and the two empty sets of three words each.
CAPABILITY_HEADER = (0x20080522).to_bytes(4, sys.byteorder) + bytes(4)
NO_CAPABILITIES = bytes(24)

# Straight through `_ctypes`: importing `ctypes` would cost a third of the start.
_libc = _ctypes.dlopen(None, 0)  # type: ignore[arg-type]
_prctl_address = _ctypes.dlsym(_libc, "prctl")
_capset_address = _ctypes.dlsym(_libc, "capset")


def prctl(option: int, value: int = 0) -> None:
    """prctl(2)."""
    _ctypes.call_function(_prctl_address, (option, value, 0, 0, 0))


def clear_capabilities() -> None:
    """Empty the effective, permitted and inheritable sets; the last outlives a change of uid."""
    _ctypes.call_function(_capset_address, (CAPABILITY_HEADER, NO_CAPABILITIES))


def receive(channel: _socket.socket) -> tuple[bytes, list[int]]:
    """One message and the descriptors that came with it; empty when the host has gone."""
    try:
        message, ancillary, _, _ = channel.recvmsg(MESSAGE_BYTES, ANCILLARY_BYTES, _socket.MSG_CMSG_CLOEXEC)
    except OSError:
        return b"", []
    descriptors: list[int] = []
    for level, kind, data in ancillary:
        if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
            words = range(0, len(data) - 3, 4)
            descriptors += [int.from_bytes(data[at : at + 4], sys.byteorder) for at in words]
    return message, descriptors


def send(channel: _socket.socket, message: bytes, descriptors: Sequence[int] = ()) -> None:
    """Tell the host; that it has gone is noticed elsewhere."""
    words = b"".join(descriptor.to_bytes(4, sys.byteorder) for descriptor in descriptors)
    try:
        channel.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, words)] if words else [])
    except OSError:
        return


def close_all(descriptors: Sequence[int]) -> None:
    """Close, whatever state they are in."""
    for descriptor in descriptors:
        try:
            os.close(descriptor)
        except OSError:
            continue


def signal_process(pid: int, number: int) -> None:
    """Send a signal to a process that may have gone."""
    try:
        os.kill(pid, number)
    except OSError:
        return


def signal_group(leader: int, number: int) -> bool:
    """Send a signal to a process group; whether it has any member."""
    try:
        os.killpg(leader, number)
    except OSError:
        return False
    return True


def ignore_signals() -> None:
    """Code inside may send us any signal, and the kernel spares PID 1 only those for which it has no handler."""
    for number in range(1, LAST_SIGNAL + 1):
        if number not in UNCATCHABLE:
            _signal.signal(number, _signal.SIG_IGN)


def watch_children() -> int:
    """A descriptor that turns readable when a child ends."""
    readable, writable = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    _signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    _signal.signal(SIGCHLD, lambda *_: None)
    return readable


def wait_readable(descriptors: Sequence[int], timeout_s: float | None) -> list[int]:
    """Those of the descriptors that are readable; none on timeout."""
    try:
        return select.select(descriptors, [], [], timeout_s)[0]
    except InterruptedError:
        return []


def swallow(descriptor: int) -> bool:
    """Throw away what there is to read; whether more may come."""
    try:
        return bool(os.read(descriptor, DISCARD_BYTES))
    except BlockingIOError:
        return True
    except OSError:
        return False
