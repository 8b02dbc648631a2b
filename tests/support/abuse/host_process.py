"""A process as the host sees it in /proc, wherever it runs."""

import contextlib
import ctypes
import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aura_gql.sandboxes.providers.local.memory import process_tree

PIDFD_GETFD = 438
SOCKET_OPTIONS = (socket.SO_DOMAIN, socket.SO_TYPE, socket.SO_PROTOCOL)

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class HostProcess:
    """One process. What can't be read, as it has ended, is empty."""

    pid: int

    def text(self, name: str) -> str:
        """A file of its folder in /proc."""
        try:
            return Path(f"/proc/{self.pid}/{name}").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def link(self, name: str) -> str:
        """Where a link of its folder leads."""
        try:
            return os.readlink(f"/proc/{self.pid}/{name}")
        except OSError:
            return ""

    def status(self, field: str) -> list[str]:
        """A line of its status, in words."""
        lines = self.text("status").splitlines()
        return next((line.split()[1:] for line in lines if line.startswith(f"{field}:")), [])

    @property
    def state(self) -> str:
        """R, S, T, Z and so on; empty where it has gone."""
        return "".join(self.status("State")[:1])

    @property
    def root(self) -> tuple[int, int]:
        """Which folder it has for a root."""
        try:
            found = os.stat(f"/proc/{self.pid}/root/.")
        except OSError:
            return (0, 0)
        return found.st_dev, found.st_ino

    def descriptors(self) -> list[int]:
        """The numbers of its open files."""
        try:
            return sorted(int(name) for name in os.listdir(f"/proc/{self.pid}/fd"))
        except OSError:
            return []

    def files(self) -> dict[int, str]:
        """What its descriptors are open to."""
        return {number: self.link(f"fd/{number}") for number in self.descriptors()}

    def devices(self) -> Iterator[tuple[int, int]]:
        """The kind (S_IFCHR or S_IFBLK) and number of each device that it has open."""
        for number in self.descriptors():
            with contextlib.suppress(OSError):
                found = os.stat(f"/proc/{self.pid}/fd/{number}")
                kind = stat.S_IFMT(found.st_mode)
                if kind in (stat.S_IFCHR, stat.S_IFBLK):
                    yield kind, found.st_rdev

    def sockets(self) -> Iterator[tuple[int, int, int]]:
        """The family, type and protocol of each of its sockets, as duplicates of them tell."""
        numbers = [number for number, target in self.files().items() if target.startswith("socket:")]
        if not numbers:
            return
        pidfd = os.pidfd_open(self.pid)
        for number in numbers:
            taken = _libc.syscall(PIDFD_GETFD, pidfd, number, 0)
            if taken < 0:
                os.close(pidfd)
                raise OSError(ctypes.get_errno(), "a socket of the attacker can't be looked at")
            # A family is given, whichever it is, as Python could not find out that of each.
            with socket.socket(socket.AF_UNIX, fileno=taken) as found:
                family, kind, protocol = (found.getsockopt(socket.SOL_SOCKET, name) for name in SOCKET_OPTIONS)
                yield family, kind, protocol
        os.close(pidfd)

    def attached_mounts(self) -> dict[int, str]:
        """Its mounts: a line of mountinfo by the mount's id."""
        return {int(line.split()[0]): line for line in self.text("mountinfo").splitlines()}

    def detached_mounts(self) -> set[int]:
        """Mounts that it holds, but that are nowhere in its tree; pipes and the like are on one of the kernel's own."""
        paths = [number for number, target in self.files().items() if target.startswith("/")]
        held = {self._mount_of(number) for number in paths}
        return held - set(self.attached_mounts()) - {0}

    def _mount_of(self, number: int) -> int:
        lines = self.text(f"fdinfo/{number}").splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("mnt_id:")), 0)

    def writable_files(self) -> list[str]:
        """What it has open for writing."""
        return [target for number, target in self.files().items() if self._open_flags(number) & 0o3]

    def _open_flags(self, number: int) -> int:
        lines = self.text(f"fdinfo/{number}").splitlines()
        return next((int(line.split()[1], 8) for line in lines if line.startswith("flags:")), 0)


def tree(root: int) -> list[HostProcess]:
    """A process and all below it, as they are now."""
    return [HostProcess(pid) for pid in process_tree(root)]
