"""Uploads that wait in the bucket."""

from collections.abc import AsyncIterator

from aura_gql.storage.addressing import is_upload, require_upload
from aura_gql.storage.backends.s3.objects import S3Objects
from aura_gql.storage.backends.s3.signing import S3Signer
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.streams import exactly
from aura_gql.storage.values import SignedRequest, StagedUpload, UploadGrant

# No scope begins so.
_FOLDER = "_uploads/"


class S3Staging:
    """The staging area of an `S3BlobStore`: one object for each upload."""

    def __init__(self, objects: S3Objects, signer: S3Signer) -> None:
        self._objects = objects
        self._signer = signer

    async def url(self, name: str, grant: UploadGrant) -> SignedRequest:
        """As the port's `upload_url` promises."""
        return await self._signer.upload(_path(name), grant)

    async def write(self, name: str, chunks: AsyncIterator[bytes], size: int) -> None:
        """As the port's `write_upload` promises."""
        await self._objects.put_stream(_path(name), exactly(chunks, size), size)

    def read(self, name: str) -> AsyncIterator[bytes]:
        """As the port's `read_upload` promises."""
        return self._objects.read(_path(name), _absent(name))

    async def size(self, name: str) -> int:
        """As the port's `stat_upload` promises."""
        return (await self._objects.info(_path(name), _absent(name))).size

    async def delete(self, name: str) -> None:
        """As the port's `delete_upload` promises."""
        await self._objects.delete(_path(name))

    async def all(self) -> AsyncIterator[StagedUpload]:
        """As the port's `uploads` promises."""
        async for info in self._objects.in_folder(_FOLDER):
            name = info.path.removeprefix(_FOLDER)
            if is_upload(name):
                yield StagedUpload(name, info.modified_at)


def _path(name: str) -> str:
    return _FOLDER + require_upload(name)


def _absent(name: str) -> BlobNotFound:
    return BlobNotFound(f"Nothing was uploaded as {name}.")
