"""The keeper of one command: a child subreaper, so that a daemon still belongs to the command that started it."""

import _socket
import os
import time

from aura_gql.sandboxes.providers.local.inside.command import Order, run_command
from aura_gql.sandboxes.providers.local.inside.system import (
    PR_SET_CHILD_SUBREAPER,
    SIGCONT,
    SIGHUP,
    SIGTERM,
    close_all,
    prctl,
    receive,
    send,
    signal_group,
    swallow,
    wait_readable,
    watch_children,
)
from aura_gql.sandboxes.providers.local.inside.terminal import foreground_group, open_terminal
from aura_gql.sandboxes.providers.local.inside.trees import children_of, kill_tree, with_descendants

TERM_POLL_S = 0.02
TROUBLE_BYTES = 64


class Keeper:
    """Reports the start and the end of its command, passes orders on, and inherits the daemons."""

    def __init__(self, channel: _socket.socket, stdio: list[int]) -> None:
        self.channel = channel
        self.stdio = stdio
        self.unread: list[int] = []
        self.main = 0
        self.main_ended = False
        self.cpu_s = 0.0
        self.peak_kib = 0
        self.has_terminal = False
        self.has_children = True
        self.kill_at: float | None = None

    def keep(self, order: Order) -> None:
        """Start the command and stay until nothing of it runs."""
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        child_ended = watch_children()
        try:
            master = self.open_terminal(order.window)
        except OSError as failure:
            send(self.channel, b"error set-up %d" % (failure.errno or 0))
            return
        readable, writable = os.pipe2(os.O_CLOEXEC)
        self.main = os.fork()
        if self.main == 0:
            run_command(order, self.stdio, writable)
        close_all([writable, *set(self.stdio)])
        trouble = os.read(readable, TROUBLE_BYTES)
        os.close(readable)
        if trouble:
            send(self.channel, b"error " + trouble)
            return
        send(self.channel, b"started %d" % os.getpid(), master)
        # The host alone keeps it: when it lets go, the kernel hangs up.
        close_all(master)
        self.reap()
        while self.has_children:
            self.serve(child_ended)
            self.reap()

    def open_terminal(self, window: list[int]) -> list[int]:
        """Put a terminal in the place of the pipes, if one is wanted; its master. Raises OSError."""
        if not window:
            return []
        master, slave = open_terminal(*window)
        self.has_terminal = True
        self.stdio = [slave] * 3
        return [master]

    def serve(self, child_ended: int) -> None:
        """Wait until something happens and deal with it."""
        timeout_s = None if self.kill_at is None else TERM_POLL_S
        ready = wait_readable([self.channel.fileno(), child_ended, *self.unread], timeout_s)
        if child_ended in ready:
            swallow(child_ended)
        for pipe in self.unread[:]:
            if pipe in ready and not swallow(pipe):
                self.unread.remove(pipe)
                os.close(pipe)
        if self.channel.fileno() in ready:
            self.obey(*receive(self.channel))
        self.pursue_termination()

    def obey(self, message: bytes, descriptors: list[int]) -> None:
        """Do what the host says. An empty message means that it let go: an order to kill."""
        word, _, argument = message.partition(b" ")
        if word == b"unread":
            # Daemons may go on writing. Nobody wants that any more, but a full pipe would stop them.
            self.unread += descriptors
        elif word == b"signal":
            self.signal(int(argument))
        elif word == b"terminate":
            grace_s = int(argument) / 1000
            if grace_s:
                # An interactive shell heeds no SIGTERM, but passes a hangup on to its jobs. What is stopped must go on.
                signal_group(self.main, SIGHUP if self.has_terminal else SIGTERM)
                signal_group(self.main, SIGCONT)
            kill_at = time.monotonic() + grace_s
            self.kill_at = kill_at if self.kill_at is None else min(self.kill_at, kill_at)
        else:
            self.kill()

    def signal(self, number: int) -> None:
        """Pass a signal on to the command's group; on a terminal to the one in front."""
        if not self.main_ended:
            signal_group(foreground_group(self.main) if self.has_terminal else self.main, number)

    def pursue_termination(self) -> None:
        """Kill what is left once the group has gone by itself, or its time is up."""
        if self.kill_at is None:
            return
        self.reap()
        if time.monotonic() >= self.kill_at or not signal_group(self.main, 0):
            self.kill_at = None
            self.kill()

    def kill(self) -> None:
        """End everything that this command started."""
        own = os.getpid()
        kill_tree(lambda: with_descendants(children_of(own)), self.reap)

    def reap(self) -> None:
        """Collect the dead, then report the main process if it is among them, with what all the dead have used."""
        ended: int | None = None
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self.has_children = False
                break
            if pid == 0:
                break
            self.cpu_s += usage.ru_utime + usage.ru_stime
            self.peak_kib = max(self.peak_kib, usage.ru_maxrss)
            if pid == self.main:
                self.main_ended = True
                ended = status
        if ended is not None:
            used = (round(self.cpu_s * 1000), self.peak_kib * 1024)
            send(self.channel, b"ended %d %d %d %d" % (ended, *used, self.has_children))
