"""What an attack is after: files of the host, and a victim with a secret. Only the host knows the secrets."""

import asyncio
import contextlib
import ctypes
import json
import os
import secrets
import shutil
import struct
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.abuse.host_process import HostProcess, tree
from tests.support.abuse.inside.facts import Facts

CANARIES = ("canary", "append", "replace", "remove", "link", "mode")
NAME_TO_HANDLE_AT, AT_FDCWD, HANDLE_BYTES = 303, -100, 128
PROGRAMS = Path("/usr/local")


class Scene:
    """A folder of the host's with files that must stay as they are."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(16)
        self.folder = Path(tempfile.mkdtemp(prefix="aura-canary-"))
        self.folder.chmod(0o755)
        for name in CANARIES:
            (self.folder / name).write_text(self.secret, encoding="ascii")
            (self.folder / name).chmod(0o644)
        (self.folder / "listed").mkdir()
        (self.folder / "listed" / self.secret).touch()
        self.keys = keys_by_user()
        self._before = {name: self._look(name) for name in CANARIES}

    @property
    def facts(self) -> Facts:
        """What an attacker is told of it."""
        return Facts(
            folder=str(self.folder),
            handle=_kernel_handle(self.folder / "canary").hex(),
            disk=os.stat(self.folder).st_dev,
        )

    @property
    def program(self) -> Path:
        """What an attacker would leave among the host's programs."""
        return PROGRAMS / self.folder.name

    @contextlib.contextmanager
    def inheritable_secret(self) -> Iterator[int]:
        """An unnamed file with the secret, which a careless spawn would leave to its child."""
        file = os.memfd_create("bait", 0)
        os.set_inheritable(file, True)
        os.write(file, self.secret.encode())
        yield file
        os.close(file)

    def is_changed(self, name: str) -> bool:
        """Whether a canary's content, mode or links are not as they were."""
        return self._look(name) != self._before[name]

    def close(self) -> None:
        """Remove it, and what an attack in the open left."""
        shutil.rmtree(self.folder)
        self.program.unlink(missing_ok=True)

    def _look(self, name: str) -> tuple[object, ...]:
        path = self.folder / name
        try:
            found = path.lstat()
        except FileNotFoundError:
            return ()
        return found.st_ino, found.st_mode, found.st_nlink, path.read_bytes()


def keys_by_user() -> dict[int, int]:
    """How many keys the kernel keeps for each user."""
    try:
        lines = Path("/proc/key-users").read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    return {int(line.split(":")[0]): int(line.split()[2].split("/")[0]) for line in lines}


def _kernel_handle(path: Path) -> bytes:
    """struct file_handle of a file; empty where the file system gives none."""
    libc = ctypes.CDLL(None)
    handle = ctypes.create_string_buffer(struct.pack("I", HANDLE_BYTES), 8 + HANDLE_BYTES)
    mount = ctypes.c_int()
    status = libc.syscall(NAME_TO_HANDLE_AT, AT_FDCWD, os.fsencode(path), handle, ctypes.byref(mount), 0)
    size = struct.unpack_from("I", handle)[0]
    return b"" if status else handle.raw[: 8 + size]


@dataclass(frozen=True, slots=True)
class Victim:
    """`inside/victim.py` where it runs, with what it says when asked."""

    secret: str
    facts: Facts
    """Its own words, but with the pids that the host knows it by."""
    tree: list[HostProcess]
    ask: Callable[[], Awaitable[bytes]]
    heard: frozenset[str] = frozenset()
    note: str = ""

    @classmethod
    def introduce(cls, secret: str, line: bytes, host_pid: int, ask: Callable[[], Awaitable[bytes]]) -> "Victim":
        """From what it printed first, and the pid on the host of it or of what is above it."""
        said = Facts.load(line.decode())
        processes = tree(host_pid)
        on_host = {int(process.status("NSpid")[-1]): process.pid for process in processes}
        pids, doomed = (tuple(on_host[pid] for pid in each) for each in (said.pids, said.doomed))
        return cls(secret, replace(said, pids=pids, doomed=doomed), processes, ask)

    async def asked(self) -> "Victim":
        """The same with what it has heard since the last time, and what its note says now."""
        answer = json.loads(await asyncio.wait_for(self.ask(), 60))
        return replace(self, heard=frozenset(answer["heard"]), note=answer["note"])

    @property
    def doomed(self) -> list[HostProcess]:
        """Those that it has for others to kill."""
        return [HostProcess(pid) for pid in self.facts.doomed]

    def seen_from(self, scene: Scene) -> Facts:
        """All that an attacker is told: of the scene, and of this victim."""
        told = scene.facts
        return replace(self.facts, folder=told.folder, handle=told.handle, disk=told.disk)
