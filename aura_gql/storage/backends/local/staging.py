"""Uploads that wait in a folder of this host."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from aura_gql.storage.addressing import is_upload, require_upload
from aura_gql.storage.backends.local.incoming import Incoming
from aura_gql.storage.disk.folders import make_folder, names, off_loop, sync_folder
from aura_gql.storage.disk.open_file import modification
from aura_gql.storage.disk.pieces import file_pieces
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.streams import exactly
from aura_gql.storage.values import StagedUpload


class LocalStaging:
    """The staging area of a `LocalBlobStore`: one file for each upload, by its name."""

    def __init__(self, folder: Path, incoming: Incoming) -> None:
        self._folder = folder
        self._incoming = incoming

    async def write(self, name: str, chunks: AsyncIterator[bytes], size: int) -> None:
        """As the port's `write_upload` promises."""
        path = self._path(name)
        arrived = await self._incoming.receive(exactly(chunks, size))

        def publish() -> None:
            make_folder(self._folder)
            arrived.replace(path)
            sync_folder(self._folder)

        try:
            await off_loop(publish)
        except BaseException:
            arrived.unlink(missing_ok=True)
            raise

    def read(self, name: str) -> AsyncIterator[bytes]:
        """As the port's `read_upload` promises."""
        return file_pieces(self._path(name), _absent(name))

    async def size(self, name: str) -> int:
        """As the port's `stat_upload` promises."""
        path = self._path(name)

        def look() -> int:
            try:
                return path.lstat().st_size
            except FileNotFoundError:
                raise _absent(name) from None

        return await off_loop(look)

    async def delete(self, name: str) -> None:
        """As the port's `delete_upload` promises."""
        await off_loop(partial(self._path(name).unlink, missing_ok=True))

    async def all(self) -> AsyncIterator[StagedUpload]:
        """As the port's `uploads` promises."""
        for upload in await off_loop(self._all):
            yield upload

    def _all(self) -> list[StagedUpload]:
        found = []
        for name in filter(is_upload, names(self._folder)):
            try:
                found.append(StagedUpload(name, modification((self._folder / name).lstat())))
            except FileNotFoundError:
                continue  # Taken over meanwhile.
        return found

    def _path(self, name: str) -> Path:
        return self._folder / require_upload(name)


def _absent(name: str) -> BlobNotFound:
    return BlobNotFound(f"Nothing was uploaded as {name}.")
