import asyncio
from pathlib import Path

import pytest

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.errors import BlobCorrupted
from aura_gql.storage.ports import BlobKey
from tests.storage.blob_store_contract import BlobStoreContract


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "storage"


@pytest.fixture
def store(root: Path) -> LocalBlobStore:
    return LocalBlobStore(root)


def file_of(root: Path, key: BlobKey) -> Path:
    return root / "blobs" / key.scope.replace("/", "~") / key.sha256[:2] / key.sha256


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

    async def test_puts_survive_deletions_of_their_scope(self, store: LocalBlobStore) -> None:
        async def put(n: int) -> None:
            await store.put("projects/1", bytes([n]))

        async def delete() -> None:
            await store.delete_scope("projects/1")

        await asyncio.gather(*(work for n in range(40) for work in (put(n), delete())))

    async def test_a_check_finishes_deletions_that_a_crash_cut_short(self, store: LocalBlobStore, root: Path) -> None:
        key = await store.put("templates", b"x")
        file_of(root, key).parent.parent.rename(root / "incoming" / "deleted-1")
        await store.check()
        assert list((root / "incoming").iterdir()) == []

    async def test_a_root_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "root").write_text("in the way")
        store = LocalBlobStore(tmp_path / "root")
        with pytest.raises(StorageUnavailable, match="Not a directory"):
            await store.check()
