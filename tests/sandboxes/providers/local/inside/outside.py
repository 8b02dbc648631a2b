"""The supervisor as an ordinary process, without a sandbox around it."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aura_gql.sandboxes.providers.local.bundle import INNER_PYTHON, build_supervisor
from aura_gql.sandboxes.providers.local.wire import start_message


@dataclass
class Supervised:
    """A running supervisor and our end of its control socket."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def start(self, argv: Sequence[str], cwd: str = "/", rlimits: dict[int, int] | None = None) -> "Commanded":
        """Order a command; its outputs are one pipe."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(10)
        reader, writer = os.pipe()
        order = start_message(argv, cwd, {"PATH": "/usr/bin:/bin"}, rlimits or {4: 0})
        with theirs, open(os.devnull, "rb") as nothing:
            socket.send_fds(self.control, [order], [theirs.fileno(), nothing.fileno(), writer, writer])
        os.close(writer)
        return Commanded(ours, reader)


@dataclass
class Commanded:
    """A command, our end of its keeper's channel, and its output."""

    channel: socket.socket
    output: int

    def report(self) -> list[bytes]:
        """The keeper's next message, in words; empty when it has gone."""
        return self.channel.recv(4096).split()

    def close(self) -> None:
        self.channel.close()
        os.close(self.output)


@contextlib.contextmanager
def supervised(folder: Path) -> Iterator[Supervised]:
    """Run one for as long as the block takes."""
    build_supervisor(folder / "supervisor.pyc")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(10)
    with ours:
        with theirs:
            command = [INNER_PYTHON, "-I", "-S", "-B", str(folder / "supervisor.pyc"), str(theirs.fileno())]
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        with process:
            assert ours.recv(100) == b"ready %d" % process.pid
            try:
                yield Supervised(process, ours)
            finally:
                ours.close()
            assert process.wait(10) == 0
