import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.addressing import address
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound, StorageFull
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.values import DownloadGrant, UploadGrant
from tests.storage.blob_store_contract import BlobStoreContract
from tests.support.full_disk import no_file_over
from tests.support.open_files import is_open


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "storage"


@pytest.fixture
def store(root: Path) -> LocalBlobStore:
    return LocalBlobStore(root)


def file_of(root: Path, key: BlobKey) -> Path:
    return root / "blobs" / key.scope.replace("/", "~") / key.sha256[:2] / key.sha256


async def _five_thousand() -> AsyncIterator[bytes]:
    yield bytes(5000)


class TestLocalBlobStore(BlobStoreContract):
    async def test_damage_is_seen_on_read(self, store: LocalBlobStore, root: Path) -> None:
        key = await store.put("templates", b"whole")
        file_of(root, key).write_bytes(b"whOle")
        with pytest.raises(BlobCorrupted):
            await store.get(key)

    async def test_a_file_cut_short_is_replaced_by_the_next_put(self, store: LocalBlobStore, root: Path) -> None:
        key = await store.put("templates", b"whole")
        file_of(root, key).write_bytes(b"who")
        await store.put("templates", b"whole")
        assert await store.get(key) == b"whole"

    async def test_nothing_is_left_in_the_incoming_folder(self, store: LocalBlobStore, root: Path) -> None:
        await asyncio.gather(*(store.put("templates", bytes([n])) for n in range(20)))
        await store.delete_scope("templates")
        assert list((root / "incoming").iterdir()) == []

    async def test_files_are_private(self, store: LocalBlobStore, root: Path) -> None:
        path = file_of(root, await store.put("templates", b"x"))
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700

    async def test_puts_survive_deletions_of_their_scope(self, store: LocalBlobStore, tmp_path: Path) -> None:
        async def put(n: int) -> None:
            (tmp_path / str(n)).write_bytes(bytes([n, n]))
            await store.put("projects/1", bytes([n]))
            await store.put_file("projects/1", tmp_path / str(n))

        async def delete() -> None:
            await store.delete_scope("projects/1")

        await asyncio.gather(*(work for n in range(25) for work in (put(n), delete())))

    async def test_a_root_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "root").write_text("in the way")
        store = LocalBlobStore(tmp_path / "root")
        with pytest.raises(StorageUnavailable, match="Not a directory"):
            await store.check()

    async def test_a_link_in_the_place_of_a_blob(self, store: LocalBlobStore, root: Path, tmp_path: Path) -> None:
        key = await store.put("templates", b"whole")
        (tmp_path / "elsewhere").write_bytes(b"whole")
        file_of(root, key).unlink()
        file_of(root, key).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(StorageUnavailable):
            await store.get(key)
        await store.put("templates", b"whole")
        assert not file_of(root, key).is_symlink()

    async def test_damage_is_seen_before_the_last_piece_of_a_stream(self, store: LocalBlobStore, root: Path) -> None:
        key = await store.put("templates", bytes(300_000))
        file_of(root, key).write_bytes(bytes(299_999) + b"x")
        pieces = store.read(key)
        assert len(await anext(pieces)) == 256 * 1024
        with pytest.raises(BlobCorrupted):
            await anext(pieces)

    async def test_a_file_cut_short_is_replaced_by_a_whole_one(
        self, store: LocalBlobStore, root: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "source").write_bytes(b"whole")
        key = await store.put_file("templates", tmp_path / "source")
        file_of(root, key).write_bytes(b"who")
        await store.put_file("templates", tmp_path / "source")
        assert await store.get(key) == b"whole"
        assert list((root / "incoming").iterdir()) == []

    async def test_what_is_not_a_blob_is_not_listed(self, store: LocalBlobStore, root: Path) -> None:
        key = await store.put("templates", b"x")
        (file_of(root, key).parent / "stray").write_bytes(b"")
        assert [info.key async for info in store.list("templates")] == [key]

    async def test_it_has_no_urls(self, store: LocalBlobStore) -> None:
        key = BlobKey("templates", "0" * 64)
        assert await store.download_url(key, DownloadGrant("a", "text/plain", 60)) is None
        assert await store.upload_url("0" * 24, UploadGrant(1, "text/plain", "0" * 64, 60)) is None

    async def test_a_full_disk_gets_no_half_of_anything(
        self, store: LocalBlobStore, root: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "source").write_bytes(bytes(5000))
        key = address("templates", bytes(5000))
        with no_file_over(1000):
            with pytest.raises(StorageFull):
                await store.put("templates", bytes(5000))
            with pytest.raises(StorageFull) as caught:
                await store.put_file("templates", tmp_path / "source")
            # Whoever keeps the error keeps no file open.
            assert (caught.value.__traceback__ is not None, is_open(tmp_path / "source")) == (True, False)
            with pytest.raises(StorageFull):
                await store.write_upload("0" * 24, _five_thousand(), 5000)
        assert list((root / "incoming").iterdir()) == []
        with pytest.raises(BlobNotFound):
            await store.stat(key)
        assert await store.put("templates", bytes(5000)) == key
