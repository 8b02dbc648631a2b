"""The folder where files come into being: written and synced there, and only then moved to where they are found."""

import shutil
import time
import uuid
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from aura_gql.storage.disk.folders import make_folder, names, off_loop, sync_folder
from aura_gql.storage.disk.open_file import OpenFile

_DELETED = "deleted-"
# Nothing takes as long to arrive, so whoever was writing it is gone.
_STALE_S = 24 * 3600


class Incoming:
    """Files on their way in, and folders on their way out. Processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, path: Path, data: bytes) -> None:
        """Put a whole file of `data` at `path`, whose folder must be there; blocks."""
        temporary = self._new_name()
        try:
            file = OpenFile.creating(temporary)
            try:
                file.write(data)
                file.sync()
            finally:
                file.close()
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    async def receive(self, pieces: AsyncIterator[bytes]) -> Path:
        """A synced file of all the pieces, for the caller to move; none is left where one of them fails."""
        temporary = await off_loop(self._new_name)
        try:
            file = await off_loop(partial(OpenFile.creating, temporary))
            try:
                async for piece in pieces:
                    await off_loop(partial(file.write, piece))
                await off_loop(file.sync)
            finally:
                file.close()
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return temporary

    def discard(self, folder: Path) -> int:
        """Make `folder` vanish at once, and then what is in its folders; the number of files. Blocks."""
        doomed = self._new_name(_DELETED)
        try:
            folder.rename(doomed)
        except FileNotFoundError:
            return 0
        sync_folder(folder.parent)
        removed = sum(len(names(doomed / shard)) for shard in names(doomed))
        shutil.rmtree(doomed, ignore_errors=True)
        return removed

    def remove_leftovers(self) -> None:
        """Remove what deletions and writes that a crash cut short have left; blocks."""
        for name in names(self._folder):
            left = self._folder / name
            if name.startswith(_DELETED):
                shutil.rmtree(left, ignore_errors=True)
            elif _is_stale(left):
                left.unlink(missing_ok=True)

    def _new_name(self, prefix: str = "") -> Path:
        make_folder(self._folder)
        return self._folder / f"{prefix}{uuid.uuid4().hex}"


def _is_stale(path: Path) -> bool:
    try:
        return path.lstat().st_mtime < time.time() - _STALE_S
    except FileNotFoundError:
        return False
