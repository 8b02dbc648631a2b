"""Blobs in a folder of this host."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.addressing import address, require_key, require_scope, verified
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobKey

_PROBE_SCOPE = "self-check"
_SHARD_DIGITS = 2
_PUT_ATTEMPTS = 20

ResultT = TypeVar("ResultT")


class LocalBlobStore:
    """A `BlobStore` below the folder `root`, as `blobs/<scope>/<first two digits>/<sha256>`.

    A scope is one folder, its slashes written `~`, so that `projects` and `projects/1` stay apart. Files come into
    being whole: written to `incoming/`, synced, renamed, and their folders synced. Processes may share the root.
    """

    def __init__(self, root: Path) -> None:
        self._blobs = root / "blobs"
        self._incoming = root / "incoming"

    async def put(self, scope: str, data: bytes) -> BlobKey:
        """As the port promises; a file of another length in its place is damaged, and is replaced."""
        require_scope(scope)
        return await _off_loop(lambda: self._put(scope, data))

    async def get(self, key: BlobKey) -> bytes:
        """As the port promises."""
        path = self._path(key)

        def read() -> bytes:
            try:
                return verified(key, path.read_bytes())
            except FileNotFoundError:
                raise BlobNotFound(f"No blob {key.sha256} in {key.scope}.") from None

        return await _off_loop(read)

    async def delete(self, key: BlobKey) -> None:
        """As the port promises."""
        path = self._path(key)
        await _off_loop(lambda: path.unlink(missing_ok=True))

    async def delete_scope(self, scope: str) -> int:
        """As the port promises; the scope vanishes at once, its files a little later."""
        folder = self._folder(scope)
        return await _off_loop(lambda: self._delete_folder(folder))

    async def keys(self, scope: str) -> AsyncIterator[BlobKey]:
        """As the port promises; read shard by shard."""
        folder = self._folder(scope)
        for shard in await _off_loop(lambda: _names(folder)):
            for name in await _off_loop(partial(_names, folder / shard)):
                yield BlobKey(scope, name)

    async def check(self) -> None:
        """As the port promises; also removes what deletions cut short by a crash have left."""
        await _off_loop(self._remove_leftovers)
        key = await self.put(_PROBE_SCOPE, uuid.uuid4().bytes)
        await self.get(key)
        await self.delete(key)

    async def close(self) -> None:
        """Nothing is held open."""

    def _folder(self, scope: str) -> Path:
        return self._blobs / require_scope(scope).replace("/", "~")

    def _path(self, key: BlobKey) -> Path:
        require_key(key)
        return self._folder(key.scope) / key.sha256[:_SHARD_DIGITS] / key.sha256

    def _put(self, scope: str, data: bytes) -> BlobKey:
        key = address(scope, data)
        path = self._path(key)
        for attempts_left in reversed(range(_PUT_ATTEMPTS)):
            try:
                if _size(path) != len(data):
                    self._write(path, data)
                # Also for what another has written: it may not have come to sync the folder yet.
                _sync_folder(path.parent)
                break
            except FileNotFoundError:
                # The scope was deleted under our hands.
                if not attempts_left:
                    raise
        return key

    def _write(self, path: Path, data: bytes) -> None:
        _make_folder(self._incoming)
        _make_folder(path.parent)
        temporary = self._incoming / uuid.uuid4().hex
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(descriptor, "wb", buffering=0) as file:
                view = memoryview(data)
                while view:
                    view = view[file.write(view) :]
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _delete_folder(self, folder: Path) -> int:
        _make_folder(self._incoming)
        doomed = self._incoming / f"deleted-{uuid.uuid4().hex}"
        try:
            folder.rename(doomed)
        except FileNotFoundError:
            return 0
        _sync_folder(self._blobs)
        removed = sum(len(_names(doomed / shard)) for shard in _names(doomed))
        shutil.rmtree(doomed, ignore_errors=True)
        return removed

    def _remove_leftovers(self) -> None:
        for name in _names(self._incoming):
            if name.startswith("deleted-"):
                shutil.rmtree(self._incoming / name, ignore_errors=True)


async def _off_loop(work: Callable[[], ResultT]) -> ResultT:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise StorageUnavailable(f"The local blob store failed: {error.strerror or type(error).__name__}.") from error


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _names(folder: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return sorted(os.listdir(folder))
    return []


def _make_folder(folder: Path) -> None:
    """Make `folder` and its parents, private to us, each durable in the one above it."""
    for missing in reversed(list(_missing(folder))):
        with suppress(FileExistsError):
            missing.mkdir(mode=0o700)
        _sync_folder(missing.parent)


def _missing(folder: Path) -> Iterator[Path]:
    while not folder.is_dir():
        yield folder
        folder = folder.parent


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
