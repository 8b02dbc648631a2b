"""Files on this host's disk that archives pass through, gone with the process that made them."""

import asyncio
import fcntl
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

from aura_gql.kernel.background import to_its_end

_LEFT_ALONE_S = 60.0

ParametersT = ParamSpec("ParametersT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Spool:
    """An empty file that can be read and written, and the path by which others read it."""

    file: IO[bytes]
    path: Path


class Spools:
    """Makes spools in a folder, which processes may share. Who holds one holds a lock on it, so that what a dead
    process left is told from what is in use.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def open(self) -> Iterator[Spool]:
        """A spool for as long as the block lasts."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / uuid.uuid4().hex
        with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield Spool(file, path)
            finally:
                path.unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what dead processes left; how many. A file of this minute may be about to be locked, and stays."""
        removed = 0
        for path in list(self._folder.glob("*")):
            with suppress(OSError):
                removed += self._remove_if_dead(path)
        return removed

    def _remove_if_dead(self, path: Path) -> bool:
        if path.stat().st_mtime > time.time() - _LEFT_ALONE_S:
            return False
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        return True


async def in_thread(
    work: Callable[ParametersT, ResultT], *args: ParametersT.args, **kwargs: ParametersT.kwargs
) -> ResultT:
    """What `work` gives, done in a thread. Where its caller is cancelled, it has still ended before that counts: nobody
    closes a file under it.
    """
    return await to_its_end(asyncio.to_thread(work, *args, **kwargs))


async def fill(spool: Spool, chunks: AsyncIterator[bytes]) -> None:
    """Write everything that comes into a spool."""
    async for chunk in chunks:
        await in_thread(spool.file.write, chunk)
    await in_thread(spool.file.flush)
