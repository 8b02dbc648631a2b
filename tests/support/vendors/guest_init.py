"""PID 1 of a guest, run there by the host's own interpreter: starts commands, reports their ends, freezes all others.

One message each way is JSON; descriptors travel with it. It ends, and all else with it, when the host's end closes.
"""

import fcntl
import json
import os
import pty
import select
import signal
import socket
import sys
import termios
import time
from collections.abc import Mapping, Sequence

MESSAGE_BYTES = 1 << 20
NOT_STARTED = 127
Message = dict[str, object]


class GuestInit:
    """Serves one host."""

    def __init__(self, host: socket.socket) -> None:
        self._host = host
        self._stopped_before: set[int] = set()

    def serve(self) -> None:
        """Until the host has gone."""
        wakeup, writable = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self._tell({"ready": True})
        while True:
            ready, _, _ = select.select([self._host.fileno(), wakeup], [], [])
            if wakeup in ready:
                os.read(wakeup, 4096)
                self._reap()
            if self._host.fileno() in ready and not self._take():
                return

    def _take(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._host, MESSAGE_BYTES, 3)
        if not message:
            return False
        order = json.loads(message)
        if order["order"] == "spawn":
            self._spawn(order, descriptors)
        elif order["order"] == "freeze":
            self._freeze()
        else:
            self._thaw()
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _spawn(self, order: Message, descriptors: Sequence[int]) -> None:
        """Start a command on the three descriptors, or on a new terminal, whose other side is sent back."""
        if not os.path.isdir(str(order["cwd"])):
            self._tell({"number": order["number"], "error": f"there is no folder {order['cwd']}"})
            return
        ours, theirs = pty.openpty() if order["pty"] else (None, None)
        pid = os.fork()
        if pid == 0:
            _become(order, [theirs] * 3 if theirs is not None else descriptors, terminal=theirs is not None)
        self._tell({"number": order["number"], "pid": pid}, [] if ours is None else [ours])
        for descriptor in (ours, theirs):
            if descriptor is not None:
                os.close(descriptor)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._tell({"ended": pid, "status": os.waitstatus_to_exitcode(status)})

    def _freeze(self) -> None:
        self._stopped_before = {pid for pid in _others() if _state(pid) == b"T"}
        # One call takes all there are, also what is being forked.
        _signal(-1, signal.SIGSTOP)
        while not all(_state(pid) in (b"T", b"Z", b"") for pid in _others()):
            time.sleep(0.001)
        self._tell({"done": True})

    def _thaw(self) -> None:
        """The youngest first, so that no shell sees its jobs stopped."""
        for pid in sorted(_others() - self._stopped_before, reverse=True):
            _signal(pid, signal.SIGCONT)
        self._tell({"done": True})

    def _tell(self, message: Mapping[str, object], descriptors: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self._host, [json.dumps(message).encode()], list(descriptors))
        except OSError:
            os._exit(0)


def _become(order: Message, descriptors: Sequence[int], *, terminal: bool) -> None:
    """Turn into the command; never returns."""
    try:
        os.setsid()
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
        if terminal:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        os.closerange(3, 256)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(str(order["cwd"]))
        argv, environment = order["argv"], order["env"]
        os.execvpe(argv[0], argv, environment)  # type: ignore[index, arg-type]
    finally:
        os._exit(NOT_STARTED)


def _others() -> set[int]:
    return {int(name) for name in os.listdir("/proc") if name.isdecimal()} - {os.getpid()}


def _state(pid: int) -> bytes:
    """The kernel's letter; empty where it has gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2].split()[0]
    except OSError:
        return b""


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        return


def main(control: int, uid: int | None) -> None:
    """Leave root behind where there is one, and serve."""
    if uid is not None:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    os.set_inheritable(control, False)
    GuestInit(socket.socket(fileno=control)).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
