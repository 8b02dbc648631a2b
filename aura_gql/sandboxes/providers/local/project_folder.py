"""The host's hand in a sandbox's project folder, where code inside may plant links, FIFOs and sockets at any moment."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.errors import FileNotInSandbox, SandboxGone, SandboxQuotaExceeded, UnsafePath
from aura_gql.sandboxes.providers.local.openat2 import open_beneath
from aura_gql.sandboxes.values import SandboxFile

MAX_PATH_BYTES = 4095
MAX_NAME_BYTES = 255
FOLDER_MODE = 0o755
FILE_MODE = 0o644
EXECUTABLE_MODE = 0o755
ABSENT = (errno.ENOENT, errno.ENOTDIR)
FULL = (errno.ENOSPC, errno.EDQUOT)


class ProjectFolder:
    """Reads and writes below one folder. Its methods block: call them off the event loop."""

    def __init__(self, folder: Path, owner: int | None) -> None:
        """`owner` is the uid (and gid) that files shall belong to; None for our own."""
        self._folder = folder
        self._owner = owner

    def write_all(self, files: Sequence[SandboxFile]) -> None:
        """`write` each; those before the first that fails stay written."""
        for file in files:
            self.write(file)

    def remove_all(self, paths: Sequence[str]) -> None:
        """`remove` each."""
        for path in paths:
            self.remove(path)

    def write(self, file: SandboxFile) -> None:
        """Write or replace a file at once: code inside sees the old or the new one. Raises UnsafePath."""
        *folders, name = safe_parts(file.path)
        with _translated(file.path), self._parent(folders, make=True) as parent:
            _require_replaceable(parent, name, file.path)
            temporary = f".{secrets.token_hex(8)}.aura"
            try:
                self._write_new(parent, temporary, file)
                os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=parent)
                raise

    def remove(self, path: str) -> None:
        """Remove a file, or a link itself; passes over what is not there. Raises UnsafePath for a folder."""
        *folders, name = safe_parts(path)
        absent = contextlib.suppress(FileNotFoundError, NotADirectoryError)
        with _translated(path), absent, self._parent(folders, make=False) as parent:
            os.unlink(name, dir_fd=parent)

    def read(self, path: str, max_bytes: int) -> bytes:
        """A regular file's bytes. Raises FileNotInSandbox, UnsafePath, and InvalidInput where it is larger."""
        parts = safe_parts(path)
        with _translated(path), self._root() as root:
            try:
                opened = open_beneath(root, "/".join(parts), os.O_RDONLY)
            except OSError as error:
                if error.errno in ABSENT:
                    raise FileNotInSandbox(f"There is no file {path!r} in the sandbox.", field=("path",)) from error
                raise
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            raise UnsafePath(f"{path!r} is no regular file.", field=("path",))
        with os.fdopen(opened, "rb") as handle:
            data = handle.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise InvalidInput(f"{path!r} is larger than {max_bytes} bytes.", field=("path",))
        return data

    @contextlib.contextmanager
    def _root(self) -> Iterator[int]:
        try:
            root = os.open(self._folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise SandboxGone("The sandbox has ended and its files with it.") from error
        try:
            yield root
        finally:
            os.close(root)

    @contextlib.contextmanager
    def _parent(self, folders: list[str], *, make: bool) -> Iterator[int]:
        """The folder at the end of the way, opened; made if need be."""
        with self._root() as root:
            parent = self._open_folder(root, folders, make=make)
        try:
            yield parent
        finally:
            os.close(parent)

    def _open_folder(self, root: int, folders: list[str], *, make: bool) -> int:
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

    def _open_or_make(self, parent: int, name: str) -> int:
        try:
            os.mkdir(name, FOLDER_MODE, dir_fd=parent)
            made = True
        except FileExistsError:
            made = False
        folder = open_beneath(parent, name, os.O_RDONLY | os.O_DIRECTORY)
        if made:
            # Code inside may have swapped it for another folder of its own by now, which does no harm to hand to it.
            self._hand_over(folder)
        return folder

    def _write_new(self, parent: int, name: str, file: SandboxFile) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, FILE_MODE, dir_fd=parent), "wb") as handle:
            handle.write(file.data)
            os.fchmod(handle.fileno(), EXECUTABLE_MODE if file.executable else FILE_MODE)
            self._hand_over(handle.fileno())

    def _hand_over(self, descriptor: int) -> None:
        if self._owner is not None:
            os.fchown(descriptor, self._owner, self._owner)


def safe_parts(path: str) -> list[str]:
    """The names that a relative path is made of. Raises UnsafePath where it could lead out or is too long."""
    parts = path.split("/")
    if "\0" in path or len(os.fsencode(path)) > MAX_PATH_BYTES:
        raise UnsafePath(f"A path has no NUL and at most {MAX_PATH_BYTES} bytes.", field=("path",))
    if any(part in ("", ".", "..") or len(os.fsencode(part)) > MAX_NAME_BYTES for part in parts):
        raise UnsafePath(
            f"{path[:200]!r} is no plain path relative to the project folder "
            f"(no '..', '.' or empty parts, names of at most {MAX_NAME_BYTES} bytes).",
            field=("path",),
        )
    return parts


def _require_replaceable(parent: int, name: str, path: str) -> None:
    """A link would be replaced, not followed, but its owner meant something by it: refuse to guess what."""
    try:
        present = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(present.st_mode):
        raise UnsafePath(f"{path!r} is no regular file in the sandbox.", field=("path",))


@contextlib.contextmanager
def _translated(path: str) -> Iterator[None]:
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
