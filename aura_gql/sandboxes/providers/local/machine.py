"""One running bubblewrap with its supervisor: starting it, talking to PID 1, and making sure that it ends."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.bwrap import Fence, FenceDescriptors, command_line, passwd_for
from aura_gql.sandboxes.providers.local.cgroups import Cgroup
from aura_gql.sandboxes.providers.local.memory import process_tree
from aura_gql.sandboxes.providers.local.readiness import readable
from aura_gql.sandboxes.providers.local.supervised import Supervised

START_TIMEOUT_S = 10.0
REAP_TIMEOUT_S = 2.0
WORDS_BYTES = 4096
INFO_BYTES = 4096


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """What to start: how it is fenced in, by which program and filter, and in which groups."""

    bwrap: Path
    fence: Fence
    seccomp: bytes
    cgroup: Cgroup | None


class Machine(Supervised):
    """Everything that runs in one sandbox. When PID 1 ends, the kernel ends the rest."""

    def __init__(self, bwrap: subprocess.Popen[bytes], pid: int, control: socket.socket, cgroup: Cgroup | None) -> None:
        """For `start` alone."""
        super().__init__(pid, control, cgroup)
        self._bwrap = bwrap
        self._bwrap_pidfd = os.pidfd_open(bwrap.pid)
        self._killed_for: str | None = None
        self._watch = asyncio.create_task(self._wait_for_end())

    @classmethod
    async def start(cls, plan: MachinePlan) -> "Machine":
        """Start it and wait until PID 1 is ready. Raises ProviderUnavailable with bubblewrap's own words.

        Not to be cancelled: shield it. It takes 10 seconds at most and leaves nothing behind when it fails.
        """
        words = os.memfd_create("words", os.MFD_CLOEXEC)
        control, theirs = wire.channel_pair()
        info, info_writer = os.pipe2(os.O_CLOEXEC)
        try:
            # On the loop's thread: the kernel kills bubblewrap when the thread that spawned it ends.
            with theirs:
                bwrap = _spawn(plan, theirs.fileno(), info_writer, words)
            try:
                return await cls._welcome(bwrap, control, info, plan)
            except (OSError, ProviderUnavailable) as error:
                status = _kill_unfinished(bwrap)
                said = os.pread(words, WORDS_BYTES, 0).decode(errors="replace").strip()
                what = said or f"no word, status {status}"
                raise ProviderUnavailable(f"{plan.fence.mode}: {error}; bubblewrap: {what}") from error
        except BaseException:
            control.close()
            if plan.cgroup:
                await asyncio.to_thread(plan.cgroup.remove)
            raise
        finally:
            os.close(words)
            os.close(info)

    @classmethod
    async def _welcome(
        cls, bwrap: subprocess.Popen[bytes], control: socket.socket, info: int, plan: MachinePlan
    ) -> "Machine":
        """Wait for PID 1, which forks nothing before it is asked to: moving it into its groups meanwhile is in time."""
        joined = asyncio.create_task(_join_groups(info, plan.cgroup))
        try:
            pid = await wire.receive_ready(control, START_TIMEOUT_S)
            if pid is None:
                raise ProviderUnavailable("the supervisor did not come up as PID 1")
            await joined
            _refuse_kernel_root(pid)
            return cls(bwrap, pid, control, plan.cgroup)
        finally:
            joined.cancel()
            await asyncio.wait({joined})

    async def kill(self, why: str = "The sandbox was stopped.") -> None:
        """End everything in it. Returns when all has gone, its groups too. Safe to repeat: the first `why` counts."""
        if not self._watch.done():
            self._killed_for = self._killed_for or why
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            # Root without CAP_KILL may not signal it, but PID 1 ends with its control socket just as well.
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)
        await asyncio.shield(self._watch)

    async def _wait_for_end(self) -> None:
        await readable(self._pidfd)
        # It reaps its child and ends. Killing it at once would leave a zombie to whoever is init here.
        try:
            async with asyncio.timeout(REAP_TIMEOUT_S):
                await readable(self._bwrap_pidfd)
        except TimeoutError:
            self._bwrap.kill()
            await readable(self._bwrap_pidfd)
        status = self._bwrap.wait()
        oom_kills = self.cgroup.oom_kills() if self.cgroup else 0
        if self.cgroup:
            await asyncio.to_thread(self.cgroup.remove)
        self._control.close()
        if self._killed_for:
            self.gone.set_result(self._killed_for)
        elif oom_kills:
            self.gone.set_result("The sandbox ended for want of memory.")
        else:
            self.gone.set_result(f"The sandbox ended unexpectedly (status {status}).")
        os.close(self._pidfd)
        os.close(self._bwrap_pidfd)


def _spawn(plan: MachinePlan, control: int, info_writer: int, words: int) -> subprocess.Popen[bytes]:
    """Run bubblewrap; closes the host's copies of what only it needs."""
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, info_writer)
        passwd = passwd_for(plan.fence)
        descriptors = FenceDescriptors(
            seccomp=_as_file(plan.seccomp, stack),
            passwd=None if passwd is None else _as_file(passwd, stack),
            info=info_writer if plan.cgroup else None,
            control=control,
        )
        return subprocess.Popen(  # noqa: S603 - our own command line
            command_line(plan.bwrap, plan.fence, descriptors),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            pass_fds=descriptors.all(),
            env={},
        )


def _as_file(content: bytes, stack: contextlib.ExitStack) -> int:
    """An unnamed file to be read from its start."""
    descriptor = os.memfd_create("content", os.MFD_CLOEXEC)
    stack.callback(os.close, descriptor)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


async def _join_groups(info: int, cgroup: Cgroup | None) -> None:
    """Read PID 1's host pid from bubblewrap's report, which comes in pieces, and move it. Raises OSError."""
    if cgroup is None:
        return
    report = b""
    while b"}" not in report:
        await readable(info)
        piece = os.read(info, INFO_BYTES)
        if not piece:
            return
        report += piece
    _, _, rest = report.partition(b'"child-pid":')
    await asyncio.to_thread(cgroup.add, int(rest.split(b",")[0].strip(b" \n}")))


def _refuse_kernel_root(pid: int) -> None:
    """Whatever the mode promised: nothing is started for a machine whose PID 1 is the host's root."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    uids = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
    if "0" in uids:
        raise ProviderUnavailable("the supervisor runs as the host's root, which is never allowed")


def _kill_unfinished(bwrap: subprocess.Popen[bytes]) -> int:
    """End a start that failed. Killing bubblewrap alone, at the wrong moment, leaves its child waiting for ever."""
    if bwrap.poll() is None:
        bwrap.send_signal(signal.SIGSTOP)
        for pid in reversed(process_tree(bwrap.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return bwrap.wait()
