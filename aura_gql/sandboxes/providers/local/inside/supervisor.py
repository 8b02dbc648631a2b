"""PID 1 of a sandbox: gives up its privileges, forks a keeper for each command, and reaps.

Run as `python3 -I -S -B supervisor.pyc CONTROL_FD [UID]`; `wire.py` lists the messages. When it ends, whatever the
reason, the kernel kills everything in the sandbox.
"""

import _socket
import os
import sys

from aura_gql.sandboxes.providers.local.inside.command import Order
from aura_gql.sandboxes.providers.local.inside.dialing import dial
from aura_gql.sandboxes.providers.local.inside.keeper import Keeper
from aura_gql.sandboxes.providers.local.inside.listening import listen
from aura_gql.sandboxes.providers.local.inside.system import (
    HIGHEST_CAPABILITY,
    PR_CAPBSET_DROP,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    SIGKILL,
    clear_capabilities,
    close_all,
    ignore_signals,
    prctl,
    receive,
    send,
    signal_process,
    swallow,
    wait_readable,
    watch_children,
)
from aura_gql.sandboxes.providers.local.inside.trees import children_of, kill_tree, with_descendants

# The OOM killer shall choose any process in here before one of the host's.
OOM_SCORE = b"500"
REAP_PAUSE_S = 0.005


class Supervisor:
    """The loop of PID 1."""

    def __init__(self, control: _socket.socket) -> None:
        self.control = control
        self.child_ended = watch_children()
        self.keepers: set[int] = set()

    def run(self) -> None:
        """Serve until the host lets go of the socket."""
        send(self.control, b"ready %d" % os.getpid())
        while True:
            ready = wait_readable([self.control.fileno(), self.child_ended], None)
            if self.child_ended in ready:
                swallow(self.child_ended)
            self.reap()
            if self.control.fileno() in ready:
                message, descriptors = receive(self.control)
                if not message:
                    return
                self.obey(message, descriptors)
                close_all(descriptors)

    def obey(self, message: bytes, descriptors: list[int]) -> None:
        """Do what the host says. It knows that an order is done when the descriptor that came with it is closed."""
        word = message.split(b"\0", 1)[0].split(b" ", 1)[0]
        if word in (b"start", b"terminal"):
            self.start(message, descriptors)
        elif word == b"kill-keeper":
            self.kill_keeper(int(message.split(b"\0")[1]))
        elif word == b"ping":
            os.write(descriptors[0], b"pong")
        elif word == b"kill-all":
            kill_tree(self.commands, self.reap)
        elif word == b"connect":
            dial(message, descriptors)
        elif word == b"listen":
            listen(message, descriptors)

    def start(self, message: bytes, descriptors: list[int]) -> None:
        """Fork a keeper; it answers on the socket that came with the request."""
        try:
            pid = os.fork()
        except OSError as failure:
            channel = _socket.socket(fileno=os.dup(descriptors[0]))
            send(channel, b"error fork %d" % (failure.errno or 0))
            channel.close()
            return
        if pid:
            self.keepers.add(pid)
            return
        try:
            self.control.close()
            os.close(self.child_ended)
            Keeper(_socket.socket(fileno=descriptors[0]), descriptors[1:]).keep(Order(message))
        finally:
            os._exit(0)

    def kill_keeper(self, keeper: int) -> None:
        """End a keeper that does not answer, and its command with it: reaping it kills what it leaves."""
        if keeper in self.keepers:
            signal_process(keeper, SIGKILL)
        while keeper in self.keepers:
            wait_readable([self.child_ended], REAP_PAUSE_S)
            self.reap()

    def reap(self) -> None:
        """Collect the dead. A keeper that was killed leaves its command to us: end it, nobody else can."""
        orphaned = False
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid in self.keepers:
                self.keepers.discard(pid)
                orphaned = orphaned or status != 0
        if orphaned:
            kill_tree(self.strays, self.reap)

    def end(self) -> None:
        """End everything, the keepers too: nobody is left to be told."""
        self.keepers.clear()
        kill_tree(self.commands, self.reap)

    def strays(self) -> list[int]:
        """What no living keeper answers for."""
        return with_descendants(child for child in children_of(os.getpid()) if child not in self.keepers)

    def commands(self) -> list[int]:
        """Everything but ourselves and the keepers, who shall tell how their commands ended."""
        everything = with_descendants(children_of(os.getpid()))
        return [pid for pid in everything if pid not in self.keepers]


def serve_unfenced(control: _socket.socket) -> None:
    """Serve as one process among others, which is not PID 1 and has no fence around it, until the other end lets go or
    has gone; then end all that was started. Never returns.
    """
    ignore_signals()
    os.setsid()
    # What a keeper leaves is ours, as it is PID 1's elsewhere.
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_DUMPABLE, 0)
    supervisor = Supervisor(control)
    try:
        supervisor.run()
    finally:
        supervisor.end()
        os._exit(0)


def become_unprivileged(uid: int | None) -> None:
    """Drop to the uid, if one is given, and close ourselves to what runs under the same uid later."""
    with open("/proc/self/oom_score_adj", "wb") as score:
        score.write(OOM_SCORE)
    if uid is not None:
        for capability in range(HIGHEST_CAPABILITY + 1):
            prctl(PR_CAPBSET_DROP, capability)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        clear_capabilities()
    # Changing the uid clears the death signal, so it is armed here. Under another uid than bubblewrap's the kernel does
    # not deliver it; then, as always, the end of the control socket tells that the server has gone.
    prctl(PR_SET_PDEATHSIG, SIGKILL)
    # Nobody reads our memory or descriptors through /proc.
    prctl(PR_SET_DUMPABLE, 0)


def main() -> None:
    """Take the control socket and serve."""
    control = _socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(control.fileno(), False)
    os.umask(0o022)
    ignore_signals()
    become_unprivileged(int(sys.argv[2]) if len(sys.argv) > 2 else None)
    Supervisor(control).run()
