"""What has to be done to files and folders so that they outlive a crash, off the event loop."""

import asyncio
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.errors import StorageFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

ResultT = TypeVar("ResultT")


async def off_loop(work: Callable[[], ResultT]) -> ResultT:
    """Do `work` in a thread; what the system refuses is StorageFull or StorageUnavailable."""
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        kind = StorageFull if error.errno in _FULL else StorageUnavailable
        raise kind(f"The server's own disk failed: {error.strerror or type(error).__name__}.") from error


def file_size(path: Path) -> int | None:
    """The size of what is at `path`, links not followed; None where nothing is."""
    try:
        return path.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return None


def names(folder: Path) -> list[str]:
    """What is in `folder`, sorted; nothing where it is not there."""
    with suppress(FileNotFoundError):
        return sorted(os.listdir(folder))
    return []


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, private to us, each durable in the one above it."""
    for missing in reversed(list(_missing(folder))):
        with suppress(FileExistsError):
            missing.mkdir(mode=0o700)
        sync_folder(missing.parent)


def _missing(folder: Path) -> Iterator[Path]:
    while not folder.is_dir():
        yield folder
        folder = folder.parent


def sync_folder(folder: Path) -> None:
    """Make what was added to and removed from `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
