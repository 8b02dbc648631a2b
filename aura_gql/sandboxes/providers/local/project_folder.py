"""The host's hand in a sandbox's project folder, where code inside may plant links, FIFOs and sockets at any moment."""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from aura_gql.kernel.errors import Conflict, InvalidInput
from aura_gql.sandboxes.errors import FileNotInSandbox, UnsafePath
from aura_gql.sandboxes.providers.local.beneath import ABSENT, OWN_PREFIX, Beneath, folder_parts, safe_parts, translated
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.openat2 import open_beneath
from aura_gql.sandboxes.providers.local.renames import rename_new
from aura_gql.sandboxes.providers.local.staging import Staging
from aura_gql.sandboxes.providers.local.walk import entries, info_of, walk
from aura_gql.sandboxes.values import FileInfo, SandboxFile

REMOVED_PREFIX = f"{OWN_PREFIX}gone-"


class ProjectFolder:
    """Reads and writes below one folder. Its methods block: call them off the event loop."""

    def __init__(self, folder: Path, owner: int | None) -> None:
        """`owner` is the uid (and gid) that files shall belong to; None for our own."""
        self.beneath = Beneath(folder, owner)
        self.observers: list[Callable[[str], None]] = []
        """Each is told every path that these methods changed, before anybody else can look at it."""

    def write_all(self, files: Sequence[SandboxFile]) -> None:
        """Write or replace files, all or none. Raises UnsafePath, SandboxQuotaExceeded."""
        with self.staging() as staging:
            for file in files:
                staging.write(file.path, file.data, executable=file.executable)
            staging.commit()

    def staging(self) -> Staging:
        """A place to make files in before they are put where they belong."""
        return Staging(self.beneath, self._note)

    def remove_all(self, paths: Sequence[str]) -> None:
        """`remove` each."""
        for path in paths:
            self.remove(path)

    def remove(self, path: str) -> None:
        """Remove a file, or a link itself; passes over what is not there. Raises UnsafePath for a folder."""
        *folders, name = safe_parts(path)
        absent = contextlib.suppress(FileNotFoundError, NotADirectoryError)
        with self.beneath.lock, translated(path), absent, self.beneath.parent(folders) as parent:
            os.unlink(name, dir_fd=parent)
            self._note(path)

    def read(self, path: str, max_bytes: int) -> bytes:
        """A regular file's bytes. Raises FileNotInSandbox, UnsafePath, and InvalidInput where it is larger."""
        parts = safe_parts(path)
        with translated(path), self.beneath.root() as root, _found(path):
            opened = open_beneath(root, "/".join(parts), os.O_RDONLY)
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            raise UnsafePath(f"{path!r} is no regular file.", field=("path",))
        with os.fdopen(opened, "rb") as handle:
            data = handle.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise InvalidInput(f"{path!r} is larger than {max_bytes} bytes.", field=("path",))
        return data

    def list_files(self, path: str, limit: int, *, recursive: bool) -> list[FileInfo]:
        """Up to `limit` of what is in a folder, by name. Raises FileNotInSandbox, UnsafePath where it is no folder."""
        parts = folder_parts(path)
        prefix = "".join(f"{part}/" for part in parts)
        with translated(path), _found(path), self.beneath.parent(parts) as folder:
            found = walk(folder, prefix) if recursive else entries(folder, prefix)
            listed = [info_of(each.path, each.status) for each in islice(found, limit)]
            found.close()
            return listed

    def stat(self, path: str) -> FileInfo:
        """What is at a path, a link being told as such. Raises FileNotInSandbox, UnsafePath."""
        parts = folder_parts(path)
        with translated(path), self.beneath.root() as root, _found(path):
            opened = open_beneath(root, "/".join(parts) or ".", os.O_PATH | os.O_NOFOLLOW)
            try:
                return info_of(path, os.fstat(opened))
            finally:
                os.close(opened)

    def move(self, source: str, target: str) -> None:
        """Rename whatever is at `source`. Raises FileNotInSandbox, UnsafePath, Conflict where `target` is there."""
        *source_folders, source_name = safe_parts(source)
        *target_folders, target_name = safe_parts(target)
        if source == target or target.startswith(f"{source}/"):
            raise InvalidInput("Nothing can be moved into itself.", field=("target",))
        with self.beneath.lock:
            with translated(source), _found(source), self.beneath.parent(source_folders) as old:
                os.stat(source_name, dir_fd=old, follow_symlinks=False)
                with translated(target), self.beneath.parent(target_folders, make=True) as new:
                    try:
                        _rename(old, source_name, new, target_name)
                    except FileExistsError as error:
                        raise Conflict(f"There is something at {target!r} already.", field=("target",)) from error
            self._note(source)
            for depth in range(1, len(target_folders) + 2):
                self._note("/".join([*target_folders, target_name][:depth]))

    def remove_tree(self, path: str) -> None:
        """Remove a folder with all below it, or a file; passes over what is not there. Raises UnsafePath.

        It is gone at once, and emptied then.
        """
        *folders, name = safe_parts(path)
        aside = f"{REMOVED_PREFIX}{secrets.token_hex(8)}"
        absent = contextlib.suppress(FileNotFoundError, NotADirectoryError)
        with self.beneath.lock, translated(path), absent:
            with self.beneath.root() as root, self.beneath.parent(folders) as parent:
                if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                    os.unlink(name, dir_fd=parent)
                else:
                    _rename(parent, name, root, aside)
            self._note(path)
        with translated(path):
            remove_tree(self.beneath.folder / aside)

    def _note(self, path: str) -> None:
        for observer in self.observers:
            observer(path)


def _rename(old: int, source: str, new: int, target: str) -> None:
    """Rename also a folder that its owner closed to himself, which the kernel wants to write to where it is ours."""
    try:
        rename_new(old, source, new, target)
    except PermissionError:
        handle = open_beneath(old, source, os.O_PATH | os.O_DIRECTORY)
        try:
            os.chmod(f"/proc/self/fd/{handle}", stat.S_IRWXU)
        finally:
            os.close(handle)
        rename_new(old, source, new, target)


@contextlib.contextmanager
def _found(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in ABSENT:
            raise FileNotInSandbox(f"There is no file {path!r} in the sandbox.", field=("path",)) from error
        raise
