"""What every blob store must do; a subclass gives the `store` fixture."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.errors import BlobNotFound, UploadSizeMismatch
from aura_gql.storage.ports import BlobKey, BlobStore

PART_BYTES = 300_000
"""Stores that send large files in parts use such ones, unless their server wants larger ones."""
UPLOAD = "64b7f0c2a1b2c3d4e5f60718"


async def _keys(store: BlobStore, scope: str) -> set[BlobKey]:
    return {key async for key in store.keys(scope)}


async def _all(pieces: AsyncIterator[bytes]) -> bytes:
    found = [piece async for piece in pieces]
    assert all(0 < len(piece) <= 256 * 1024 for piece in found)
    return b"".join(found)


async def _pieces(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def _is_recent(moment: datetime) -> bool:
    return abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


class BlobStoreContract:
    """Run against each implementation of `BlobStore`."""

    large = os.urandom(2 * PART_BYTES + 3)
    """Bytes that take more than one part."""

    async def test_what_is_put_comes_back(self, store: BlobStore) -> None:
        for data in (b"", b"hello", bytes(range(256)) * 4096):
            key = await store.put("templates", data)
            assert key == BlobKey("templates", hashlib.sha256(data).hexdigest())
            assert await store.get(key) == data

    async def test_putting_again_changes_nothing(self, store: BlobStore) -> None:
        first = await store.put("projects/1", b"again")
        assert await store.put("projects/1", b"again") == first
        assert await _keys(store, "projects/1") == {first}

    async def test_many_puts_of_the_same_bytes_at_once(self, store: BlobStore) -> None:
        data = os.urandom(10_000)
        keys = await asyncio.gather(*(store.put("projects/1", data) for _ in range(10)))
        assert len(set(keys)) == 1
        assert await store.get(keys[0]) == data

    async def test_a_missing_blob_is_said_to_be_missing(self, store: BlobStore) -> None:
        with pytest.raises(BlobNotFound):
            await store.get(BlobKey("templates", hashlib.sha256(b"never put").hexdigest()))

    async def test_a_digest_that_is_none(self, store: BlobStore) -> None:
        for sha256 in ("", "..", "../" * 20 + "etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "/x"):
            with pytest.raises(BlobNotFound):
                await store.get(BlobKey("templates", sha256))

    async def test_a_scope_that_is_none(self, store: BlobStore, tmp_path: Path) -> None:
        for scope in ("", "/", "..", "a/../b", "/a", "a/", "a//b", "A", "a b", "a~b", "a\0", "a\n", "a" * 129):
            with pytest.raises(ValueError, match="scope"):
                await store.put(scope, b"x")
            with pytest.raises(ValueError, match="scope"):
                await store.put_file(scope, tmp_path)
            with pytest.raises(ValueError, match="scope"):
                await store.delete_scope(scope)
            with pytest.raises(ValueError, match="scope"):
                await store.get(BlobKey(scope, "0" * 64))
            with pytest.raises(ValueError, match="scope"):
                await _keys(store, scope)

    async def test_scopes_are_apart_though_their_names_nest(self, store: BlobStore) -> None:
        outer = await store.put("projects", b"outer")
        inner = await store.put("projects/1", b"inner")
        assert await _keys(store, "projects") == {outer}
        assert await store.delete_scope("projects") == 1
        assert await store.get(inner) == b"inner"

    async def test_deleting_a_scope_spares_the_same_bytes_elsewhere(self, store: BlobStore) -> None:
        mine = [await store.put("projects/1", bytes([n])) for n in range(7)]
        other = await store.put("projects/2", bytes([3]))
        assert await _keys(store, "projects/1") == set(mine)
        assert await store.delete_scope("projects/1") == 7
        assert await store.delete_scope("projects/1") == 0
        assert await _keys(store, "projects/1") == set()
        assert await store.get(other) == bytes([3])

    async def test_a_scope_can_be_used_again_after_its_deletion(self, store: BlobStore) -> None:
        await store.put("projects/1", b"x")
        await store.delete_scope("projects/1")
        assert await store.get(await store.put("projects/1", b"x")) == b"x"

    async def test_deleting_one_blob(self, store: BlobStore) -> None:
        key, other = await store.put("projects/1", b"one"), await store.put("projects/1", b"two")
        await store.delete(key)
        await store.delete(key)
        assert await _keys(store, "projects/1") == {other}

    async def test_keys_of_a_scope_that_is_not_there(self, store: BlobStore) -> None:
        assert await _keys(store, "projects/none") == set()

    async def test_the_check_leaves_nothing_behind(self, store: BlobStore) -> None:
        await store.check()
        assert await _keys(store, "self-check") == set()

    async def test_files_are_kept_and_read_as_streams(self, store: BlobStore, tmp_path: Path) -> None:
        for data in (b"", b"hello", self.large):
            (tmp_path / "source").write_bytes(data)
            key = await store.put_file("archives/1", tmp_path / "source")
            assert key == BlobKey("archives/1", hashlib.sha256(data).hexdigest())
            assert await store.put_file("archives/1", tmp_path / "source") == key
            assert await _all(store.read(key)) == data
            info = await store.stat(key)
            assert (info.key, info.size) == (key, len(data))
            assert _is_recent(info.modified_at)

    async def test_parts_of_a_blob(self, store: BlobStore) -> None:
        data = bytes(range(256)) * 4096
        key = await store.put("projects/1", data)
        for start, length in [(0, 10), (5, 0), (300_000, 600_000), (len(data) - 3, None), (len(data) - 3, 9)]:
            end = len(data) if length is None else start + length
            assert await _all(store.read(key, start, length)) == data[start:end]
        assert await _all(store.read(key, len(data))) == b""
        assert await _all(store.read(key, len(data) + 1, 5)) == b""
        with pytest.raises(ValueError, match="no part"):
            store.read(key, -1)

    async def test_a_missing_blob_has_neither_bytes_nor_size(self, store: BlobStore) -> None:
        key = BlobKey("templates", hashlib.sha256(b"never put").hexdigest())
        for pieces in (store.read(key), store.read(key, 3), store.read(key, 0, 0)):
            with pytest.raises(BlobNotFound):
                await _all(pieces)
        with pytest.raises(BlobNotFound):
            await store.stat(key)

    async def test_a_source_that_is_not_there(self, store: BlobStore, tmp_path: Path) -> None:
        with pytest.raises(StorageUnavailable):
            await store.put_file("archives/1", tmp_path / "none")

    async def test_what_a_scope_holds(self, store: BlobStore) -> None:
        sizes = {await store.put("projects/1", bytes(n)): n for n in range(5)}
        found = [info async for info in store.list("projects/1")]
        assert {info.key: info.size for info in found} == sizes
        assert all(_is_recent(info.modified_at) for info in found)

    async def test_scopes_one_level_below(self, store: BlobStore) -> None:
        for scope in ("templates", "projects/1", "projects/2", "projects/2/deep"):
            await store.put(scope, b"x")
        assert {scope async for scope in store.scopes("projects")} == {"projects/1", "projects/2"}
        assert {scope async for scope in store.scopes("")} >= {"templates", "projects"}
        assert [scope async for scope in store.scopes("nothing")] == []

    async def test_uploads_wait_beside_the_blobs(self, store: BlobStore) -> None:
        await store.write_upload(UPLOAD, _pieces(self.large), len(self.large))
        assert await store.stat_upload(UPLOAD) == len(self.large)
        assert await _all(store.read_upload(UPLOAD)) == self.large
        assert [scope async for scope in store.scopes("") if "upload" in scope] == []
        (upload,) = [upload async for upload in store.uploads()]
        assert upload.name == UPLOAD
        assert _is_recent(upload.modified_at)
        await store.delete_upload(UPLOAD)
        await store.delete_upload(UPLOAD)
        assert [upload async for upload in store.uploads()] == []
        with pytest.raises(BlobNotFound):
            await store.stat_upload(UPLOAD)
        with pytest.raises(BlobNotFound):
            await _all(store.read_upload(UPLOAD))

    async def test_uploads_of_another_length_are_not_kept(self, store: BlobStore) -> None:
        for sent, size in [(b"hell", 5), (b"hello!", 5), (self.large[:-1], len(self.large))]:
            with pytest.raises(UploadSizeMismatch):
                await store.write_upload(UPLOAD, _pieces(sent), size)
        assert [upload async for upload in store.uploads()] == []

    async def test_an_upload_may_be_made_again(self, store: BlobStore) -> None:
        for data in (b"first", b"second", b""):
            await store.write_upload(UPLOAD, _pieces(data), len(data))
            assert await _all(store.read_upload(UPLOAD)) == data

    async def test_the_name_of_an_upload_that_is_none(self, store: BlobStore) -> None:
        for name in ("", "..", "a", "A" * 24, "0" * 25, "0" * 23 + "/"):
            with pytest.raises(ValueError, match="upload"):
                await store.stat_upload(name)
