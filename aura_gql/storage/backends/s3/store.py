"""The blob store in a bucket."""

import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
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
from aura_gql.storage.backends.s3.connection import S3Connection
from aura_gql.storage.backends.s3.digests import digested
from aura_gql.storage.backends.s3.objects import S3Objects
from aura_gql.storage.backends.s3.signing import S3Signer
from aura_gql.storage.backends.s3.staging import S3Staging
from aura_gql.storage.backends.s3.values import Bucket, Tuning
from aura_gql.storage.disk.folders import off_loop
from aura_gql.storage.disk.pieces import verified_pieces
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound
from aura_gql.storage.ports import BlobInfo, BlobKey
from aura_gql.storage.streams import verified_stream
from aura_gql.storage.values import DownloadGrant, SignedRequest, StagedUpload, UploadGrant

_PROBE_SCOPE = "self-check"
_DEFAULT_TUNING = Tuning()


class S3BlobStore:
    """A `BlobStore` in a bucket, as `<key prefix>/<scope>/<sha256>`; uploads wait at `<key prefix>/_uploads/<name>`.

    The connection opens at first use.
    """

    def __init__(self, bucket: Bucket, tuning: Tuning = _DEFAULT_TUNING) -> None:
        self._connection = S3Connection(bucket, tuning)
        self._objects = S3Objects(self._connection)
        self._signer = S3Signer(self._connection)
        self._staging = S3Staging(self._objects, self._signer)

    @property
    def is_near(self) -> bool:
        """As the port says: it is behind a network."""
        return False

    async def put(self, scope: str, data: bytes) -> BlobKey:
        """As the port promises. An object of another length in its place is damaged, and is replaced."""
        key = await digested(partial(address, scope), data)
        await self._objects.put_if_other_size(_path(key), data)
        return key

    async def put_file(self, scope: str, source: Path) -> BlobKey:
        """As the port promises; replaces what is damaged as `put` does."""
        require_scope(scope)
        key, size = await off_loop(partial(address_file, scope, source))
        if await self._size(key) == size:
            return key
        unreadable = StorageUnavailable("The file to be stored is gone.")
        try:
            async with aclosing(verified_pieces(source, unreadable, Verification(key))) as pieces:
                await self._objects.put_stream(_path(key), pieces, size)
        except BlobCorrupted:
            raise StorageUnavailable("The file to be stored changed while it was read.") from None
        except StorageUnavailable:
            # The answer may be all that was lost.
            if await self._size(key) != size:
                raise
        return key

    async def get(self, key: BlobKey) -> bytes:
        """As the port promises."""
        path = _path(key)
        try:
            return await digested(partial(verified, key), await self._objects.get(path))
        except BlobNotFound:
            raise missing(key) from None

    def read(self, key: BlobKey, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """As the port promises; goes on where a connection was cut."""
        require_range(start, length)
        end = None if length is None else start + length
        pieces = self._objects.read(_path(key), missing(key), start, end)
        return verified_stream(pieces, Verification(key)) if start == 0 and length is None else pieces

    async def stat(self, key: BlobKey) -> BlobInfo:
        """As the port promises."""
        info = await self._objects.info(_path(key), missing(key))
        return BlobInfo(key, info.size, info.modified_at)

    async def delete(self, key: BlobKey) -> None:
        """As the port promises."""
        await self._objects.delete(_path(key))

    async def delete_scope(self, scope: str) -> int:
        """As the port promises, a batch of objects a request."""
        paths = [info.path async for info in self._objects.in_folder(f"{require_scope(scope)}/")]
        await self._objects.delete_all(paths)
        return len(paths)

    async def keys(self, scope: str) -> AsyncIterator[BlobKey]:
        """As the port promises, a batch of objects a request."""
        async for info in self.list(scope):
            yield info.key

    async def list(self, scope: str) -> AsyncIterator[BlobInfo]:
        """As the port promises, a batch of objects a request."""
        folder = f"{require_scope(scope)}/"
        async for info in self._objects.in_folder(folder):
            digest = info.path.removeprefix(folder)
            if is_digest(digest):
                yield BlobInfo(BlobKey(scope, digest), info.size, info.modified_at)

    async def scopes(self, parent: str) -> AsyncIterator[str]:
        """As the port promises."""
        above = f"{require_scope(parent)}/" if parent else ""
        async for name in self._objects.folders_in(above):
            if is_scope(name):
                yield above + name

    async def download_url(self, key: BlobKey, grant: DownloadGrant) -> str | None:
        """As the port promises, for a week at most."""
        return await self._signer.download(_path(key), grant)

    async def upload_url(self, name: str, grant: UploadGrant) -> SignedRequest | None:
        """As the port promises, for a week at most. The store demands the digest as well."""
        return await self._staging.url(name, grant)

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
        """As the port promises."""
        key = await self.put(_PROBE_SCOPE, uuid.uuid4().bytes)
        await self.get(key)
        await self.delete(key)

    async def close(self) -> None:
        """As the port promises; safe to repeat."""
        await self._connection.close()

    async def _size(self, key: BlobKey) -> int | None:
        try:
            return (await self.stat(key)).size
        except BlobNotFound:
            return None


def _path(key: BlobKey) -> str:
    return f"{require_key(key).scope}/{key.sha256}"
