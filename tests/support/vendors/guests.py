"""The machines of the clouds on the loopback: real processes in namespaces of their own, which end with the test."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.memory import process_tree
from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes
from tests.support.vendors.guest_fence import GUEST_UID, guest_command, passwd_line, unnamed_file
from tests.support.vendors.guest_init import MESSAGE_BYTES, Message
from tests.support.vendors.guest_process import GuestProcess, reader_of

END_TIMEOUT_S = 10.0
PATH = "/usr/local/bin:/usr/bin:/bin"


class GuestGone(Exception):
    """It has ended."""


class GuestRefused(Exception):
    """It can't start that command; why, in words."""


class Guest:
    """One machine: its own pids, its own network of a loopback alone, its own home and /tmp, an ordinary user. The
    host's /usr and /etc are there to be read, so that it has the host's programs.
    """

    def __init__(self, base: Path, home: str, control: socket.socket, bwrap: subprocess.Popen[bytes]) -> None:
        self.home = home
        self._base, self._control, self._bwrap = base, control, bwrap
        self._answers: dict[int, asyncio.Future[tuple[Message, list[int]]]] = {}
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._started: list[GuestProcess] = []
        self._done: asyncio.Queue[None] = asyncio.Queue()
        self._numbers = iter(range(1 << 30))
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, home: str = "/home/user") -> "Guest":
        """A running guest. Where this host allows none, the test is skipped and says why."""
        reasons = []
        for mode in possible_modes():
            try:
                return await cls._start_in(mode, home)
            except (OSError, ProviderUnavailable) as error:
                reasons.append(f"{mode}: {error}")
        pytest.skip(f"this host allows no guests: {'; '.join(reasons)}")

    @classmethod
    async def _start_in(cls, mode: IsolationMode, home: str) -> "Guest":
        base = Path(tempfile.mkdtemp(prefix="aura-guest-"))
        base.chmod(0o711)
        for name, rights in (("home", 0o755), ("tmp", 0o1777)):
            (base / name).mkdir()
            (base / name).chmod(rights)
            if mode.private_uid:
                os.chown(base / name, GUEST_UID, GUEST_UID)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MESSAGE_BYTES)
        ours.setblocking(False)
        with theirs, unnamed_file(passwd_line(mode, home)) as passwd, tempfile.TemporaryFile() as words:
            command = guest_command(mode, base, home, theirs.fileno(), passwd)
            bwrap = _fenced(command, [theirs.fileno(), passwd], words)
            theirs.close()
            guest = cls(base, home, ours, bwrap)
            try:
                await guest._hear_first()
            except OSError as error:
                await guest.kill()
                words.seek(0)
                raise OSError(words.read().decode(errors="replace").strip() or "it did not start") from error
        guest._listening = asyncio.create_task(guest._listen())
        return guest

    @property
    def host_pid(self) -> int:
        """PID 1's, on the host."""
        return process_tree(self._bwrap.pid)[1]

    async def spawn(
        self,
        argv: Sequence[str],
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        *,
        pty: bool = False,
    ) -> GuestProcess:
        """Start a command in a session of its own. Status 127 where there is no such program; GuestRefused where there
        is no such folder, GuestGone.
        """
        number = next(self._numbers)
        order: Message = {
            "order": "spawn",
            "number": number,
            "argv": list(argv),
            "cwd": cwd or self.home,
            "env": {"PATH": PATH, "HOME": self.home, "USER": "user", "LOGNAME": "user", **(env or {})},
            "pty": pty,
        }
        theirs, ours = ([], []) if pty else _three_pipes()
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            await self._order(order, theirs)
            said, sent = await answer
        except BaseException:
            self._answers.pop(number, None)
            _close(ours)
            raise
        finally:
            _close(theirs)
        if "error" in said:
            _close(ours)
            raise GuestRefused(str(said["error"]))
        return await self._process(_int(said["pid"]), sent or ours)

    async def _process(self, pid: int, ends: Sequence[int]) -> GuestProcess:
        """With our ends: stdin, stdout and stderr, or the terminal alone."""
        stdin, outputs = (ends[0], ends[1:]) if len(ends) > 1 else (os.dup(ends[0]), ends)
        os.set_blocking(stdin, False)
        process = GuestProcess(pid, self._ends[pid], stdin, *[await reader_of(end) for end in outputs])
        self._started.append(process)
        return process

    def path(self, inside: str) -> Path:
        """Where a path of its home or of its /tmp is on the host. ValueError for any other."""
        for folder, place in ((self.home, "home"), ("/tmp", "tmp")):
            if inside == folder or inside.startswith(f"{folder}/"):
                return self._base / place / inside[len(folder) :].lstrip("/")
        raise ValueError(f"{inside} is the host's own")

    async def write_file(self, path: str, data: bytes) -> None:
        """As its user, making folders. GuestRefused where that can't be."""
        script = 'mkdir -p "$(dirname "$1")" && cat > "$1"'
        process = await self.spawn(["sh", "-c", script, "sh", path])
        with contextlib.suppress(BrokenPipeError):
            await process.write(data)
        process.close_stdin()
        if await process.wait() != 0:
            assert process.stderr is not None
            raise GuestRefused((await process.stderr.read()).decode())

    async def signal(self, pid: int, number: int) -> None:
        """To one process, which may have gone."""
        killing = await self.spawn(["sh", "-c", f"kill -{number} {pid}"], cwd="/")
        await killing.wait()

    async def freeze(self) -> None:
        """Nothing in it runs until `thaw`."""
        await self._order({"order": "freeze"})
        await self._done.get()

    async def thaw(self) -> None:
        """Everything goes on, but what had been stopped before."""
        await self._order({"order": "thaw"})
        await self._done.get()

    async def kill(self) -> None:
        """End everything in it and remove its folders. Safe to repeat, and for several at once."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        await asyncio.to_thread(self._reap)
        if self._listening is not None:
            await asyncio.wait([self._listening])
        for process in self._started:
            process.let_go()
        self._control.close()
        await asyncio.to_thread(shutil.rmtree, self._base, ignore_errors=True)

    def _reap(self) -> None:
        try:
            self._bwrap.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._bwrap.send_signal(signal.SIGKILL)
            self._bwrap.wait()

    async def _order(self, order: Mapping[str, object], descriptors: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], list(descriptors))
        except OSError as error:
            raise GuestGone(str(error)) from error
        if self._listening is None or self._listening.done():
            raise GuestGone("it has ended")

    async def _hear_first(self) -> None:
        await asyncio.wait_for(self._readable(), END_TIMEOUT_S)
        if not self._control.recv(MESSAGE_BYTES):
            raise ConnectionResetError

    async def _listen(self) -> None:
        while True:
            await self._readable()
            try:
                message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
            except OSError:
                message = b""
            if not message:
                break
            self._hear(json.loads(message), descriptors)
        for answer in self._answers.values():
            answer.set_exception(GuestGone("it has ended"))
        for end in self._ends.values():
            if not end.done():
                end.set_result(-signal.SIGKILL)

    def _hear(self, said: Message, descriptors: list[int]) -> None:
        if "ended" in said:
            # It tells of orphans too, which it was left with.
            if (end := self._ends.get(_int(said["ended"]))) and not end.done():
                end.set_result(_int(said["status"]))
        elif "done" in said:
            self._done.put_nowait(None)
        elif answer := self._answers.pop(_int(said["number"]), None):
            if "pid" in said:
                self._ends[_int(said["pid"])] = asyncio.get_running_loop().create_future()
            if answer.cancelled():
                _close(descriptors)
            else:
                answer.set_result((said, descriptors))

    async def _readable(self) -> None:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._control, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._control)


def _fenced(command: Sequence[str], descriptors: Sequence[int], words: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, pass_fds=descriptors, env={"PATH": PATH}
    )


def _three_pipes() -> tuple[list[int], list[int]]:
    """The guest's ends, and ours: stdin, stdout, stderr."""
    stdin, stdout, stderr = os.pipe(), os.pipe(), os.pipe()
    return [stdin[0], stdout[1], stderr[1]], [stdin[1], stdout[0], stderr[0]]


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _int(value: object) -> int:
    return int(str(value))
