"""One command on a terminal in a local sandbox, as the host sees it."""

import contextlib
import fcntl
import os
import socket
import stat
import struct
import termios
from collections.abc import AsyncIterator

from aura_gql.sandboxes.checks import require_window
from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.kept import KeptCommand
from aura_gql.sandboxes.providers.local.pipes import OutputPipes, StdinPipe
from aura_gql.sandboxes.providers.local.supervised import Supervised
from aura_gql.sandboxes.values import OutputStream

# What a terminal may hold when its command ends: more than the kernel keeps of one that nobody reads.
LAST_BYTES = 1 << 20
# A pseudo-terminal's master by the numbers of its device.
MASTER = os.makedev(5, 2)
# struct winsize: rows, columns, and the same in pixels, which nobody knows.
WINDOW = struct.Struct("HHHH")


class LocalTerminal(KeptCommand):
    """Satisfies the `Terminal` port."""

    def __init__(self, machine: Supervised, channel: socket.socket) -> None:
        """For `start` alone."""
        self._master: int | None = None
        self._input: StdinPipe | None = None
        self._output: OutputPipes | None = None
        super().__init__(machine, channel)

    @classmethod
    async def start(cls, machine: Supervised, order: bytes) -> "LocalTerminal":
        """Send the order and wait until the command runs. Raises CommandNotFound, InvalidInput, SandboxGone."""
        channel, theirs = wire.channel_pair()
        inside = contextlib.ExitStack()
        inside.enter_context(theirs)
        terminal = cls(machine, channel)
        await terminal.begin(order, [theirs.fileno()], inside)
        return terminal

    def output(self) -> AsyncIterator[bytes]:
        """As the port says."""
        return _Screen(self._output)

    async def write(self, data: bytes) -> None:
        """As the port says."""
        if self._input is not None:
            await self._input.write(data)

    async def resize(self, columns: int, rows: int) -> None:
        """As the port says."""
        require_window(columns, rows)
        if self._master is not None:
            with contextlib.suppress(OSError):
                fcntl.ioctl(self._master, termios.TIOCSWINSZ, WINDOW.pack(rows, columns, 0, 0))

    def _connect(self, descriptors: list[int]) -> None:
        """Take the master over. What comes from in there is looked at first: anything else is as good as nothing."""
        master = next((descriptor for descriptor in descriptors if _is_master(descriptor)), None)
        for descriptor in descriptors:
            if descriptor != master:
                os.close(descriptor)
        if master is None:
            return
        os.set_blocking(master, False)
        self._master = master
        # One descriptor each, as each closes its own when it finds the other end gone.
        self._output = OutputPipes({os.dup(master): OutputStream.STDOUT}, lambda _: LAST_BYTES)
        self._input = StdinPipe(os.dup(master))

    def _disconnect(self) -> list[int]:
        """Closed at once, which hangs up: nothing of its session may go on writing to it."""
        master, self._master = self._master, None
        if master is None or self._input is None or self._output is None:
            return []
        self._input.close()
        for descriptor in (*self._output.finish(), master):
            os.close(descriptor)
        return []


class _Screen(AsyncIterator[bytes]):
    """The bytes of a terminal's output; none where it never had a master."""

    def __init__(self, pieces: OutputPipes | None) -> None:
        self._pieces = pieces

    async def __anext__(self) -> bytes:
        if self._pieces is None:
            raise StopAsyncIteration
        return (await anext(self._pieces)).data


def _is_master(descriptor: int) -> bool:
    found = os.fstat(descriptor)
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == MASTER
