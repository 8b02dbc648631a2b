"""What commands on pipes and commands on terminals have in common: the host's end of their keeper."""

import asyncio
import contextlib
import os
import signal
import socket
from abc import ABC, abstractmethod
from collections.abc import Sequence

from aura_gql.kernel.errors import InvalidInput, ProviderUnavailable
from aura_gql.sandboxes.checks import require_signal
from aura_gql.sandboxes.errors import CommandNotFound, SandboxGone
from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.supervised import Supervised
from aura_gql.sandboxes.values import EndReason, ExitStatus

START_TIMEOUT_S = 10.0
# How long a keeper may take to end its tree, beyond the grace, before it is taken for frozen and killed itself.
KEEPER_PATIENCE_S = 3.0
SUPERVISOR_PATIENCE_S = 5.0


class KeptCommand(ABC):
    """A command from its start to the end of its last daemon. `gone` is done when nothing of it runs."""

    def __init__(self, machine: Supervised, channel: socket.socket) -> None:
        """Listens on the channel, which it takes over."""
        loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._machine = machine
        self._channel = channel
        self._started: asyncio.Future[wire.Started | wire.Failed | None] = loop.create_future()
        self._ended: asyncio.Future[ExitStatus] = loop.create_future()
        self._keeper: int | None = None
        self._excess: EndReason | None = None
        self._oom_kills_before = self._oom_kills()
        self._forcing: asyncio.Task[None] | None = None
        loop.add_reader(self._channel.fileno(), self._on_channel)

    async def begin(self, order: bytes, handed_over: Sequence[int], inside: contextlib.ExitStack) -> None:
        """Send the order and wait until the command runs. Raises CommandNotFound, InvalidInput, SandboxGone.

        `inside` closes our copies of what is handed over, without which nobody would notice the other end going.
        """
        try:
            with inside:
                await self._machine.send(order, handed_over)
            async with asyncio.timeout(START_TIMEOUT_S):
                outcome = await asyncio.shield(self._started)
            _require_started(outcome)
        except BaseException as error:
            self.abandon()
            if isinstance(error, TimeoutError):
                raise ProviderUnavailable(f"The command did not start within {START_TIMEOUT_S:g} seconds.") from error
            raise

    @abstractmethod
    def _connect(self, descriptors: list[int]) -> None:
        """The command has started; these came with the news, to be taken over."""

    @abstractmethod
    def _disconnect(self) -> list[int]:
        """Take what the command has written so far, and nothing more; the ends that are still open, to be closed."""

    async def wait(self) -> ExitStatus:
        """As the port says."""
        return await asyncio.shield(self._ended)

    async def signal(self, number: int) -> None:
        """As the port says."""
        require_signal(number)
        if not self._ended.done():
            with contextlib.suppress(OSError):
                await wire.send(self._channel, b"signal %d" % number)

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
            report, descriptors = wire.receive_report(self._channel)
        except BlockingIOError:
            return
        match report:
            case wire.Started():
                self._keeper = report.keeper
                self._connect(descriptors)
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
        unread = self._disconnect()
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
        for descriptor in self._disconnect():
            os.close(descriptor)
        self.gone.set_result(None)


def _require_started(outcome: wire.Started | wire.Failed | None) -> None:
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
