"""One command in a local sandbox, as the host sees it."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aura_gql.kernel.errors import InvalidInput, ProviderUnavailable
from aura_gql.sandboxes.errors import CommandNotFound, SandboxGone
from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.machine import Machine
from aura_gql.sandboxes.providers.local.pipes import OutputPipes, StdinPipe
from aura_gql.sandboxes.values import EndReason, ExitStatus, OutputPiece, OutputStream

START_TIMEOUT_S = 10.0
# How long a keeper may take to end its tree, beyond the grace, before it is taken for frozen and killed itself.
KEEPER_PATIENCE_S = 3.0
SUPERVISOR_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class HostEnds:
    """The host's ends of what was handed to the keeper."""

    channel: socket.socket
    stdin: int
    stdout: int
    stderr: int


class LocalProcess:
    """A command from its start to the end of its last daemon. `gone` is done when nothing of it runs."""

    def __init__(self, machine: Machine, ends: HostEnds) -> None:
        """For `start` alone."""
        loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._machine = machine
        self._channel = ends.channel
        self._stdin = StdinPipe(ends.stdin)
        self._output = OutputPipes({ends.stdout: OutputStream.STDOUT, ends.stderr: OutputStream.STDERR})
        self._started: asyncio.Future[wire.Started | wire.Failed | None] = loop.create_future()
        self._ended: asyncio.Future[ExitStatus] = loop.create_future()
        self._keeper: int | None = None
        self._excess: EndReason | None = None
        self._oom_kills_before = self._oom_kills()
        self._forcing: asyncio.Task[None] | None = None
        loop.add_reader(self._channel.fileno(), self._on_channel)

    @classmethod
    async def start(cls, machine: Machine, order: bytes, owner: int | None) -> "LocalProcess":
        """Send the order and wait until the command runs. Raises CommandNotFound, InvalidInput, SandboxGone.

        `owner` is the uid that the pipes shall belong to, so that `/dev/stderr` can be opened inside.
        """
        with contextlib.ExitStack() as inside:
            ends, handed_over = _make_ends(owner, inside)
            process = cls(machine, ends)
            try:
                await machine.send(order, handed_over)
            except BaseException:
                process.abandon()
                raise
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                outcome = await asyncio.shield(process._started)
            _require_started(outcome, machine)
        except BaseException as error:
            process.abandon()
            if isinstance(error, TimeoutError):
                raise ProviderUnavailable(f"The command did not start within {START_TIMEOUT_S:g} seconds.") from error
            raise
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

    async def wait(self) -> ExitStatus:
        """As the port says."""
        return await asyncio.shield(self._ended)

    async def terminate(self, grace_ms: int) -> None:
        """As the port says. Where the code froze its keeper, PID 1 does it; where even that hangs, the machine ends."""
        if self.gone.done():
            return
        with contextlib.suppress(OSError):
            await wire.send(self._channel, b"terminate %d" % grace_ms)
        try:
            async with asyncio.timeout(grace_ms / 1000 + KEEPER_PATIENCE_S):
                await asyncio.shield(self.gone)
        except TimeoutError:
            await asyncio.shield(self._force())

    def note_excess(self, excess: EndReason) -> None:
        """It is about to be killed for using too much."""
        self._excess = excess

    def abandon(self) -> None:
        """Let go at once. A keeper that still listens kills the command."""
        self._settle(ExitStatus(EndReason.LOST))
        self._let_go()

    def _on_channel(self) -> None:
        try:
            message = self._channel.recv(wire.REPORT_BYTES)
            report = wire.parse_report(message) if message else None
        except BlockingIOError:
            return
        except (OSError, ValueError):
            report = None
        match report:
            case wire.Started():
                self._keeper = report.keeper
                self._note_start(report)
            case wire.Failed():
                self._note_start(report)
            case wire.Ended():
                self._on_end(report)
            case None:
                self._on_silence()

    def _note_start(self, outcome: wire.Started | wire.Failed | None) -> None:
        if not self._started.done():
            self._started.set_result(outcome)

    def _on_end(self, report: wire.Ended) -> None:
        """The main process has ended. What its daemons write from now on is none of ours."""
        self._stdin.close()
        unread = self._output.finish()
        if report.daemons_left and unread:
            with contextlib.suppress(OSError):
                socket.send_fds(self._channel, [b"unread"], unread)
        for descriptor in unread:
            os.close(descriptor)
        self._settle(self._exit_status(report))

    def _on_silence(self) -> None:
        """The keeper has ended: in its time, or killed by the code, which PID 1 then ends."""
        asyncio.get_running_loop().remove_reader(self._channel.fileno())
        self._note_start(None)
        if self._ended.done() or self._keeper is None:
            self._settle(ExitStatus(EndReason.LOST))
            self._let_go()
        else:
            self._settle(ExitStatus(self._excess or EndReason.LOST))
            self._force()

    def _exit_status(self, report: wire.Ended) -> ExitStatus:
        status = report.wait_status
        killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        reason = EndReason.EXITED if killed_by is None else EndReason.SIGNALLED
        if status and self._oom_kills() > self._oom_kills_before:
            reason = EndReason.MEMORY
        if self._excess and killed_by == signal.SIGKILL:
            reason = self._excess
        return ExitStatus(
            reason=reason,
            exit_code=os.WEXITSTATUS(status) if killed_by is None else None,
            signal=killed_by,
            cpu_time_ms=report.cpu_time_ms,
            peak_memory_bytes=report.peak_memory_bytes,
        )

    def _oom_kills(self) -> int:
        return self._machine.cgroup.oom_kills() if self._machine.cgroup else 0

    def _settle(self, status: ExitStatus) -> None:
        if not self._ended.done():
            self._ended.set_result(status)

    def _force(self) -> "asyncio.Task[None]":
        if self._forcing is None:
            self._forcing = asyncio.create_task(self._kill_keeper())
        return self._forcing

    async def _kill_keeper(self) -> None:
        """Have PID 1 end the keeper and its tree; if even that hangs, end the machine."""
        try:
            async with asyncio.timeout(SUPERVISOR_PATIENCE_S):
                await self._machine.ask(b"kill-keeper\0%d" % (self._keeper or 0))
        except TimeoutError:
            await self._machine.kill()
        except SandboxGone:
            pass
        finally:
            self._settle(ExitStatus(self._excess or EndReason.LOST))
            self._let_go()

    def _let_go(self) -> None:
        """Close what is still open; nothing of the command runs, or nobody wants to know."""
        if self.gone.done():
            return
        self._note_start(None)
        asyncio.get_running_loop().remove_reader(self._channel.fileno())
        self._channel.close()
        self._stdin.close()
        for descriptor in self._output.finish():
            os.close(descriptor)
        self.gone.set_result(None)


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


def _require_started(outcome: wire.Started | wire.Failed | None, machine: Machine) -> None:
    match outcome:
        case wire.Started():
            return
        case wire.Failed(stage="exec", error=error) if error == 2:
            raise CommandNotFound("There is no such program in the sandbox.", field=("command",))
        case wire.Failed(stage="exec", error=error):
            raise InvalidInput(f"The program can't be run: {os.strerror(error)}.", field=("command",))
        case wire.Failed(stage="cwd", error=error):
            raise InvalidInput(f"The working folder can't be used: {os.strerror(error)}.", field=("cwd",))
        case wire.Failed():
            raise ProviderUnavailable(f"The sandbox could not start another process: {os.strerror(outcome.error)}.")
        case None:
            raise SandboxGone("The sandbox ended before the command could start.")
