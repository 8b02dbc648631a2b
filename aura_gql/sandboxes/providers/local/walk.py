"""Walking a project folder in the order of its names, by descriptor, never through a link."""

import contextlib
import os
import stat
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime

from aura_gql.sandboxes.providers.local.beneath import OWN_PREFIX
from aura_gql.sandboxes.providers.local.openat2 import open_beneath
from aura_gql.sandboxes.values import FileInfo, FileKind

# Deeper folders are told, but what is in them is not.
MAX_DEPTH = 64
_NS_PER_US = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """An entry: its raw path, what it is, and the open folder that it is in, for as long as the walk stands there."""

    path: str
    name: str
    status: os.stat_result
    parent: int


def entries(folder: int, prefix: str) -> Generator[Found, None, None]:
    """What is in an open folder, by name; the server's own and what vanishes meanwhile are left out. Raises OSError."""
    for name in sorted(os.listdir(folder)):
        if name.startswith(OWN_PREFIX):
            continue
        with contextlib.suppress(OSError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            yield Found(f"{prefix}{name}", name, status, folder)


def walk(folder: int, prefix: str = "", depth: int = 1) -> Generator[Found, None, None]:
    """All below an open folder, each folder before what is in it."""
    for found in entries(folder, prefix):
        yield found
        if not stat.S_ISDIR(found.status.st_mode) or depth >= MAX_DEPTH:
            continue
        try:
            inner = open_beneath(folder, found.name, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            yield from walk(inner, f"{found.path}/", depth + 1)
        finally:
            os.close(inner)


def kind_of(status: os.stat_result) -> FileKind:
    """What an entry is."""
    if stat.S_ISREG(status.st_mode):
        return FileKind.FILE
    if stat.S_ISDIR(status.st_mode):
        return FileKind.FOLDER
    return FileKind.LINK if stat.S_ISLNK(status.st_mode) else FileKind.OTHER


def info_of(path: str, status: os.stat_result) -> FileInfo:
    """An entry as the port tells it."""
    kind = kind_of(status)
    return FileInfo(
        path=readable_path(path),
        kind=kind,
        size=status.st_size if kind is FileKind.FILE else 0,
        executable=kind is FileKind.FILE and bool(status.st_mode & stat.S_IXUSR),
        modified_at=modified_at(status),
    )


def modified_at(status: os.stat_result) -> datetime:
    """When it was last written to; code may have set any time, and what no datetime can hold is the epoch."""
    try:
        return datetime.fromtimestamp(status.st_mtime_ns // (1000 * _NS_PER_US) / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)


def readable_path(path: str) -> str:
    """A path as text: bytes that are no UTF-8 as `\\xNN`, under which nothing can be asked for."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
