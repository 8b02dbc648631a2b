"""What every blob store must do; a subclass gives the `store` fixture."""

import asyncio
import hashlib
import os

import pytest

from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobKey, BlobStore


async def _keys(store: BlobStore, scope: str) -> set[BlobKey]:
    return {key async for key in store.keys(scope)}


class BlobStoreContract:
    """Run against each implementation of `BlobStore`."""

    @pytest.mark.parametrize("data", [b"", b"hello", bytes(range(256)) * 4096], ids=["empty", "small", "1 MiB"])
    async def test_what_is_put_comes_back(self, store: BlobStore, data: bytes) -> None:
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

    @pytest.mark.parametrize("sha256", ["", "..", "../" * 20 + "etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "/x"])
    async def test_a_digest_that_is_none(self, store: BlobStore, sha256: str) -> None:
        with pytest.raises(BlobNotFound):
            await store.get(BlobKey("templates", sha256))

    @pytest.mark.parametrize(
        "scope", ["", "/", "..", "a/../b", "/a", "a/", "a//b", "A", "a b", "a~b", "a\0", "a\n", "a" * 129]
    )
    async def test_a_scope_that_is_none(self, store: BlobStore, scope: str) -> None:
        with pytest.raises(ValueError, match="scope"):
            await store.put(scope, b"x")
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
