"""Making many files at once: everything is written aside, then each file is moved to its place, or all go back."""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self

from aura_gql.sandboxes.errors import UnsafePath
from aura_gql.sandboxes.providers.local.beneath import OWN_PREFIX, Beneath, safe_parts, translated
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.renames import exchange, rename_new

STAGE_PREFIX = f"{OWN_PREFIX}stage-"
STAGE_MODE = 0o700
FILE_MODE = 0o644
EXECUTABLE_MODE = 0o755
# Code inside may make and remove the target as fast as we look.
TRIES = 16

Noted = Callable[[str], None]
"""Told each path that the host has changed, while the lock is held."""


@dataclass(frozen=True, slots=True)
class _Moved:
    folders: Sequence[str]
    name: str
    staged: str
    replaced: bool


class Staging:
    """Files on their way into a project folder. As a context manager: what was not committed leaves nothing behind.

    Where the disk fills or a file can't be put in its place, those put there before go back, and what they replaced
    comes back. A process that dies in the midst of `commit` may leave some of the files in place, and the folder
    `.aura-stage-...`, which goes with the sandbox. Methods block.
    """

    def __init__(self, beneath: Beneath, noted: Noted) -> None:
        self._beneath = beneath
        self._noted = noted
        self._name = f"{STAGE_PREFIX}{secrets.token_hex(8)}"
        self._wanted: list[tuple[list[str], str]] = []
        self._folders: list[list[str]] = []
        self._moved: list[_Moved] = []
        self._made: list[list[str]] = []
        self._stage = -1

    def __enter__(self) -> Self:
        with translated("."), self._beneath.root() as root:
            os.mkdir(self._name, STAGE_MODE, dir_fd=root)
            self._stage = self._beneath.open_folder(root, [self._name])
        return self

    def __exit__(self, *_: object) -> None:
        if self._stage < 0:
            return
        os.close(self._stage)
        with contextlib.suppress(OSError):  # Code inside may have moved it away: then it is code's own.
            remove_tree(self._beneath.folder / self._name)

    def open(self, path: str, *, executable: bool) -> BinaryIO:
        """A new file to be written, which will be at `path`. Raises UnsafePath, OSError."""
        parts = safe_parts(path)
        name = str(len(self._wanted))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.fdopen(os.open(name, flags, FILE_MODE, dir_fd=self._stage), "wb")
        try:
            os.fchmod(handle.fileno(), EXECUTABLE_MODE if executable else FILE_MODE)
            self._beneath.hand_over(handle.fileno())
        except BaseException:
            handle.close()
            raise
        self._wanted.append((parts, name))
        return handle

    def write(self, path: str, data: bytes, *, executable: bool) -> None:
        """A whole new file. Raises UnsafePath, SandboxQuotaExceeded."""
        with translated(path), self.open(path, executable=executable) as handle:
            handle.write(data)

    def link(self, path: str, target: str) -> None:
        """A symbolic link. Raises UnsafePath, OSError."""
        parts, name = safe_parts(path), str(len(self._wanted))
        os.symlink(target, name, dir_fd=self._stage)
        self._wanted.append((parts, name))

    def folder(self, path: str) -> None:
        """A folder that will be there, whether files are in it or not. Raises UnsafePath."""
        self._folders.append(safe_parts(path))

    def commit(self) -> None:
        """Put everything in its place, or nothing. Raises UnsafePath, SandboxQuotaExceeded, SandboxGone."""
        with self._beneath.lock:
            try:
                for parts in self._folders:
                    self._make_folder(parts, "/".join(parts))
                for parts, staged in self._wanted:
                    self._make_folder(parts[:-1], "/".join(parts))
                    with translated("/".join(parts)):
                        self._place(parts, staged)
            except BaseException:
                self._undo()
                raise
            for parts in (*self._made, *(parts for parts, _ in self._wanted)):
                self._noted("/".join(parts))

    def _make_folder(self, parts: list[str], wanted_for: str) -> None:
        for depth in range(1, len(parts) + 1):
            self._make_one(parts[:depth], wanted_for)

    def _make_one(self, parts: list[str], wanted_for: str) -> None:
        if parts in self._made[-1:]:
            return
        with translated(wanted_for), self._beneath.parent(parts[:-1]) as parent:
            known = True
            try:
                os.stat(parts[-1], dir_fd=parent, follow_symlinks=False)
            except FileNotFoundError:
                known = False
            os.close(self._beneath.open_folder(parent, parts[-1:], make=True))
        if not known:
            self._made.append(parts)

    def _place(self, parts: list[str], staged: str) -> None:
        *folders, name = parts
        with self._beneath.parent(folders) as parent:
            for _ in range(TRIES):
                try:
                    rename_new(self._stage, staged, parent, name)
                    self._moved.append(_Moved(folders, name, staged, replaced=False))
                    return
                except FileExistsError:
                    pass
                try:
                    exchange(self._stage, staged, parent, name)
                except FileNotFoundError:
                    continue
                self._moved.append(_Moved(folders, name, staged, replaced=True))
                if not stat.S_ISREG(os.stat(staged, dir_fd=self._stage, follow_symlinks=False).st_mode):
                    # Its owner meant something by a link, a folder or a FIFO there: it is not for us to replace.
                    raise UnsafePath(f"{'/'.join(parts)!r} is no regular file in the sandbox.", field=("path",))
                return
        raise UnsafePath(f"{'/'.join(parts)!r} changes too fast to be replaced.", field=("path",))

    def _undo(self) -> None:
        for moved in reversed(self._moved):
            with contextlib.suppress(OSError), self._beneath.parent(moved.folders) as parent:
                if moved.replaced:
                    exchange(self._stage, moved.staged, parent, moved.name)
                else:
                    os.rename(moved.name, moved.staged, src_dir_fd=parent, dst_dir_fd=self._stage)
        for parts in reversed(self._made):
            with contextlib.suppress(OSError), self._beneath.parent(parts[:-1]) as parent:
                os.rmdir(parts[-1], dir_fd=parent)
