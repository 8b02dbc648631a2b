"""Opening what is below one folder whose insides untrusted code rearranges at will."""

import contextlib
import errno
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from aura_gql.sandboxes.errors import SandboxGone, SandboxQuotaExceeded, UnsafePath
from aura_gql.sandboxes.providers.local.openat2 import open_beneath

MAX_PATH_BYTES = 4095
MAX_NAME_BYTES = 255
FOLDER_MODE = 0o755
OWN_PREFIX = ".aura-"
"""What the server's own files and folders in a project folder are called: nobody is told of these."""
ABSENT = (errno.ENOENT, errno.ENOTDIR)
FULL = (errno.ENOSPC, errno.EDQUOT)


class Beneath:
    """The way into one folder. `lock` is held while the host changes something in it, and by whoever looks for what
    code has changed.
    """

    def __init__(self, folder: Path, owner: int | None) -> None:
        """`owner` is the uid (and gid) that what is made shall belong to; None for our own."""
        self.folder = folder
        self.lock = threading.RLock()
        self._owner = owner

    @contextlib.contextmanager
    def root(self) -> Iterator[int]:
        """The folder itself, opened. Raises SandboxGone."""
        try:
            root = os.open(self.folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise SandboxGone("The sandbox has ended and its files with it.") from error
        try:
            yield root
        finally:
            os.close(root)

    @contextlib.contextmanager
    def parent(self, folders: Sequence[str], *, make: bool = False) -> Iterator[int]:
        """The folder at the end of the way, opened; made if need be. Raises OSError."""
        with self.root() as root:
            parent = self.open_folder(root, folders, make=make)
        try:
            yield parent
        finally:
            os.close(parent)

    def open_folder(self, root: int, folders: Sequence[str], *, make: bool = False) -> int:
        """A descriptor of the folder at the end of the way from the open `root`. Raises OSError."""
        try:
            return open_beneath(root, "/".join(folders) or ".", os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            if not make:
                raise
        with contextlib.ExitStack() as stack:
            current = root
            for name in folders:
                current = self._open_or_make(current, name)
                stack.callback(os.close, current)
            return os.dup(current)

    def hand_over(self, descriptor: int) -> None:
        """Give what is open to the sandbox's user."""
        if self._owner is not None:
            os.fchown(descriptor, self._owner, self._owner)

    def _open_or_make(self, parent: int, name: str) -> int:
        try:
            os.mkdir(name, FOLDER_MODE, dir_fd=parent)
            made = True
        except FileExistsError:
            made = False
        folder = open_beneath(parent, name, os.O_RDONLY | os.O_DIRECTORY)
        if made:
            # Code inside may have swapped it for another folder of its own by now, which does no harm to hand to it.
            self.hand_over(folder)
        return folder


def safe_parts(path: str) -> list[str]:
    """The names that a relative path is made of. Raises UnsafePath where it could lead out or is too long."""
    parts = path.split("/")
    if "\0" in path or len(_encoded(path)) > MAX_PATH_BYTES:
        raise UnsafePath(f"A path has no NUL and at most {MAX_PATH_BYTES} bytes.", field=("path",))
    if any(part in ("", ".", "..") or len(_encoded(part)) > MAX_NAME_BYTES for part in parts):
        raise UnsafePath(
            f"{path[:200]!r} is no plain path relative to the project folder "
            f"(no '..', '.' or empty parts, names of at most {MAX_NAME_BYTES} bytes).",
            field=("path",),
        )
    return parts


def folder_parts(path: str) -> list[str]:
    """The same for a path that may be the project folder itself, `.`."""
    return [] if path == "." else safe_parts(path)


@contextlib.contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn what the kernel says into what it means here."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise SandboxQuotaExceeded("The disk of the sandboxes is full.") from error
        raise UnsafePath(
            f"{path!r} can't be used: it leads through a link, or is no regular file ({error.strerror}).",
            field=("path",),
        ) from error


def _encoded(text: str) -> bytes:
    try:
        return os.fsencode(text)
    except UnicodeEncodeError as error:
        raise UnsafePath("A path is text that UTF-8 can write.", field=("path",)) from error
