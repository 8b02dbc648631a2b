"""The blob store in a folder."""

import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.addressing import (
    Verification,
    address,
    address_file,
    is_digest,
    is_scope,
    missing,
    require_key,
    require_range,
    require_scope,
    verified,
)
from aura_gql.storage.backends.local.incoming import Incoming
from aura_gql.storage.backends.local.staging import LocalStaging
from aura_gql.storage.disk.folders import file_size, make_folder, names, off_loop, sync_folder
from aura_gql.storage.disk.open_file import OpenFile, modification
from aura_gql.storage.disk.pieces import file_pieces, verified_pieces
from aura_gql.storage.errors import BlobCorrupted
from aura_gql.storage.ports import BlobInfo, BlobKey
from aura_gql.storage.values import DownloadGrant, SignedRequest, StagedUpload, UploadGrant

_PROBE_SCOPE = "self-check"
_SHARD_DIGITS = 2
_PUT_ATTEMPTS = 20


class LocalBlobStore:
    """A `BlobStore` below the folder `root`, as `blobs/<scope>/<first two digits>/<sha256>`.

    A scope is one folder, its slashes written `~`, so that `projects` and `projects/1` stay apart; uploads wait in
    `uploads/`. Files come into being whole: written to `incoming/`, synced, renamed, and their folders synced. Links
    are never followed. Processes may share the root.
    """

    def __init__(self, root: Path) -> None:
        self._blobs = root / "blobs"
        self._incoming = Incoming(root / "incoming")
        self._staging = LocalStaging(root / "uploads", self._incoming)

    @property
    def is_near(self) -> bool:
        """As the port says: it is."""
        return True

    async def put(self, scope: str, data: bytes) -> BlobKey:
        """As the port promises; a file of another length in its place is damaged, and is replaced."""
        require_scope(scope)
        return await off_loop(partial(self._put, scope, data))

    async def put_file(self, scope: str, source: Path) -> BlobKey:
        """As the port promises; replaces what is damaged as `put` does."""
        require_scope(scope)
        key, size = await off_loop(partial(address_file, scope, source))
        if await off_loop(partial(self._is_settled, key, size)):
            return key
        unreadable = StorageUnavailable("The file to be stored is gone.")
        try:
            async with aclosing(verified_pieces(source, unreadable, Verification(key))) as pieces:
                arrived = await self._incoming.receive(pieces)
        except BlobCorrupted:
            raise StorageUnavailable("The file to be stored changed while it was read.") from None
        await off_loop(partial(self._settle, arrived, key))
        return key

    async def get(self, key: BlobKey) -> bytes:
        """As the port promises."""
        path = self._path(key)

        def read() -> bytes:
            try:
                file = OpenFile.reading(path)
            except FileNotFoundError:
                raise missing(key) from None
            try:
                return verified(key, file.read_all())
            finally:
                file.close()

        return await off_loop(read)

    def read(self, key: BlobKey, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """As the port promises."""
        require_range(start, length)
        path = self._path(key)
        if start == 0 and length is None:
            return verified_pieces(path, missing(key), Verification(key))
        return file_pieces(path, missing(key), start, None if length is None else start + length)

    async def stat(self, key: BlobKey) -> BlobInfo:
        """As the port promises."""
        path = self._path(key)

        def look() -> BlobInfo:
            try:
                return _info(key, path)
            except FileNotFoundError:
                raise missing(key) from None

        return await off_loop(look)

    async def delete(self, key: BlobKey) -> None:
        """As the port promises."""
        path = self._path(key)
        await off_loop(partial(path.unlink, missing_ok=True))

    async def delete_scope(self, scope: str) -> int:
        """As the port promises; the scope vanishes at once, its files a little later."""
        folder = self._folder(scope)
        return await off_loop(partial(self._incoming.discard, folder))

    async def keys(self, scope: str) -> AsyncIterator[BlobKey]:
        """As the port promises; read shard by shard."""
        folder = self._folder(scope)
        for shard in await off_loop(partial(names, folder)):
            for name in await off_loop(partial(names, folder / shard)):
                if is_digest(name):
                    yield BlobKey(scope, name)

    async def list(self, scope: str) -> AsyncIterator[BlobInfo]:
        """As the port promises; read shard by shard."""
        folder = self._folder(scope)
        for shard in await off_loop(partial(names, folder)):
            for info in await off_loop(partial(_infos, scope, folder / shard)):
                yield info

    async def scopes(self, parent: str) -> AsyncIterator[str]:
        """As the port promises."""
        above = f"{require_scope(parent)}/" if parent else ""
        scopes = [name.replace("~", "/") for name in await off_loop(partial(names, self._blobs))]
        below = {scope.removeprefix(above).partition("/")[0] for scope in scopes if scope.startswith(above)}
        for name in sorted(below):
            if is_scope(name):
                yield above + name

    async def download_url(self, key: BlobKey, grant: DownloadGrant) -> str | None:
        """None: a folder has no URLs."""
        require_key(key)
        return None

    async def upload_url(self, name: str, grant: UploadGrant) -> SignedRequest | None:
        """None, as above."""
        return None

    async def write_upload(self, name: str, chunks: AsyncIterator[bytes], size: int) -> None:
        """As the port promises."""
        await self._staging.write(name, chunks, size)

    def read_upload(self, name: str) -> AsyncIterator[bytes]:
        """As the port promises."""
        return self._staging.read(name)

    async def stat_upload(self, name: str) -> int:
        """As the port promises."""
        return await self._staging.size(name)

    async def delete_upload(self, name: str) -> None:
        """As the port promises."""
        await self._staging.delete(name)

    def uploads(self) -> AsyncIterator[StagedUpload]:
        """As the port promises."""
        return self._staging.all()

    async def check(self) -> None:
        """As the port promises; also removes what work cut short by a crash has left."""
        await off_loop(self._incoming.remove_leftovers)
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
                if not self._is_settled(key, len(data)):
                    make_folder(path.parent)
                    self._incoming.write(path, data)
                    sync_folder(path.parent)
                break
            except FileNotFoundError:
                # The scope was deleted under our hands.
                if not attempts_left:
                    raise
        return key

    def _is_settled(self, key: BlobKey, size: int) -> bool:
        """Whether a file of this size is there, and durable."""
        path = self._path(key)
        if file_size(path) != size:
            return False
        # Another may have written it and not have come to sync the folder yet.
        with suppress(FileNotFoundError):
            sync_folder(path.parent)
            return True
        return False

    def _settle(self, arrived: Path, key: BlobKey) -> None:
        path = self._path(key)
        try:
            for attempts_left in reversed(range(_PUT_ATTEMPTS)):
                try:
                    make_folder(path.parent)
                    arrived.replace(path)
                    sync_folder(path.parent)
                    return
                except FileNotFoundError:
                    if not arrived.exists():
                        return  # It was there, and its scope has been deleted since.
                    if not attempts_left:
                        raise
        except BaseException:
            arrived.unlink(missing_ok=True)
            raise


def _info(key: BlobKey, path: Path) -> BlobInfo:
    status = path.lstat()
    return BlobInfo(key, status.st_size, modification(status))


def _infos(scope: str, shard: Path) -> list[BlobInfo]:
    found = []
    for name in filter(is_digest, names(shard)):
        with suppress(FileNotFoundError):  # Deleted meanwhile.
            found.append(_info(BlobKey(scope, name), shard / name))
    return found
