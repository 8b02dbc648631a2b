"""Walking a tree that untrusted code made: by descriptor, never following a link, however deep or wide it is."""

import contextlib
import errno
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
BLOCK_BYTES = 512
MAX_DEPTH = 128
# A round removes one level. It ends sooner unless something goes on writing.
REMOVE_ROUNDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tree takes: bytes on disk and entries. `too_deep` is beyond what we are willing to follow."""

    size: int
    files: int
    too_deep: bool = False


def measure(folder: Path, max_files: int) -> Usage:
    """Add up a tree, stopping soon after `max_files` entries. What vanishes meanwhile counts nothing. Blocks."""
    walk = _Measure(max_files)
    with contextlib.suppress(OSError):
        walk.folder(os.open(folder, OPEN_FOLDER), 0)
    return Usage(walk.size, walk.files, walk.too_deep)


class _Measure:
    def __init__(self, max_files: int) -> None:
        self.size = self.files = 0
        self.too_deep = False
        self._max_files = max_files
        self._linked: set[tuple[int, int]] = set()

    def folder(self, opened: int, depth: int) -> None:
        """Add what a folder holds, and close it."""
        try:
            with os.scandir(opened) as entries:
                for entry in entries:
                    self.files += 1
                    if self.files > self._max_files or self.too_deep:
                        return
                    with contextlib.suppress(OSError):
                        self._entry(opened, entry.name, depth)
        finally:
            os.close(opened)

    def _entry(self, parent: int, name: str, depth: int) -> None:
        found = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if stat.S_ISDIR(found.st_mode):
            self.too_deep = self.too_deep or depth >= MAX_DEPTH
            if not self.too_deep:
                self.folder(os.open(name, OPEN_FOLDER, dir_fd=parent), depth + 1)
        elif found.st_nlink > 1:
            if (found.st_dev, found.st_ino) in self._linked:
                return
            self._linked.add((found.st_dev, found.st_ino))
        self.size += found.st_blocks * BLOCK_BYTES


def remove_tree(folder: Path) -> None:
    """Remove a folder and all below it. Raises OSError where that is impossible; its absence is fine. Blocks.

    Folders found below are moved up beside their parents before they are emptied, so that no depth needs more than
    three descriptors or a path longer than a name.
    """
    try:
        top = os.open(folder, OPEN_FOLDER)
    except FileNotFoundError:
        return
    try:
        for _ in range(REMOVE_ROUNDS):
            if not _clear_round(top):
                break
        folder.rmdir()
    finally:
        os.close(top)


def _clear_round(top: int) -> bool:
    """Empty every folder in `top` by one level and remove it; whether there was anything."""
    names = os.listdir(top)
    for name in names:
        if not _unlink(top, name):
            child = _open_for_removal(top, name)
            try:
                _raise_folders(child, top)
            finally:
                os.close(child)
            _remove_empty(top, name)
    return bool(names)


def _remove_empty(parent: int, name: str) -> None:
    """Remove a folder; one that was filled again meanwhile is the next round's work."""
    try:
        os.rmdir(name, dir_fd=parent)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def _raise_folders(child: int, top: int) -> None:
    """Remove a folder's files and move its folders up."""
    for name in os.listdir(child):
        if _unlink(child, name):
            continue
        os.close(_open_for_removal(child, name))
        with contextlib.suppress(FileNotFoundError):
            os.rename(name, secrets.token_hex(16), src_dir_fd=child, dst_dir_fd=top)


def _unlink(parent: int, name: str) -> bool:
    """Remove anything but a folder; False for a folder."""
    try:
        os.unlink(name, dir_fd=parent)
    except IsADirectoryError:
        return False
    except FileNotFoundError:
        return True
    return True


def _open_for_removal(parent: int, name: str) -> int:
    """Open a folder that its owner may have closed even to himself."""
    handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        os.chmod(f"/proc/self/fd/{handle}", stat.S_IRWXU)
        return os.open(f"/proc/self/fd/{handle}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    finally:
        os.close(handle)
