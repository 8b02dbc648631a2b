"""One command on pipes in a local sandbox, as the host sees it."""

import contextlib
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.kept import KeptCommand
from aura_gql.sandboxes.providers.local.pipes import OutputPipes, StdinPipe
from aura_gql.sandboxes.providers.local.supervised import Supervised
from aura_gql.sandboxes.values import OutputPiece, OutputStream


@dataclass(frozen=True, slots=True)
class HostEnds:
    """The host's ends of what was handed to the keeper."""

    channel: socket.socket
    stdin: int
    stdout: int
    stderr: int


class LocalProcess(KeptCommand):
    """Satisfies the `Process` port."""

    def __init__(self, machine: Supervised, ends: HostEnds) -> None:
        """For `start` alone."""
        self._stdin = StdinPipe(ends.stdin)
        self._output = OutputPipes({ends.stdout: OutputStream.STDOUT, ends.stderr: OutputStream.STDERR})
        super().__init__(machine, ends.channel)

    @classmethod
    async def start(cls, machine: Supervised, order: bytes, owner: int | None) -> "LocalProcess":
        """Send the order and wait until the command runs. Raises CommandNotFound, InvalidInput, SandboxGone.

        `owner` is the uid that the pipes shall belong to, so that `/dev/stderr` can be opened inside.
        """
        inside = contextlib.ExitStack()
        ends, handed_over = _make_ends(owner, inside)
        process = cls(machine, ends)
        await process.begin(order, handed_over, inside)
        return process

    def output(self) -> AsyncIterator[OutputPiece]:
        """As the port says."""
        return self._output

    async def write_stdin(self, data: bytes) -> None:
        """As the port says."""
        await self._stdin.write(data)

    async def close_stdin(self) -> None:
        """As the port says."""
        await self._stdin.close_after_writes()

    def _connect(self, descriptors: list[int]) -> None:
        for descriptor in descriptors:
            os.close(descriptor)

    def _disconnect(self) -> list[int]:
        self._stdin.close()
        return self._output.finish()


def _make_ends(owner: int | None, inside: contextlib.ExitStack) -> tuple[HostEnds, list[int]]:
    """The host's ends and those to hand over; the latter are closed with the stack."""
    channel, theirs = wire.channel_pair()
    inside.enter_context(theirs)
    stdin, stdin_writer = os.pipe2(os.O_CLOEXEC)
    stdout_reader, stdout = os.pipe2(os.O_CLOEXEC)
    stderr_reader, stderr = os.pipe2(os.O_CLOEXEC)
    for descriptor in (stdin, stdout, stderr):
        inside.callback(os.close, descriptor)
        if owner is not None:
            os.fchown(descriptor, owner, owner)
    for descriptor in (stdin_writer, stdout_reader, stderr_reader):
        os.set_blocking(descriptor, False)
    return HostEnds(channel, stdin_writer, stdout_reader, stderr_reader), [theirs.fileno(), stdin, stdout, stderr]
