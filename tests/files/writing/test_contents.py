"""Bytes on their way into the store."""

import hashlib
from pathlib import Path

import pytest

from aura_gql.files.writing.contents import HeldBytes, held_contents, keep_contents
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.local import LocalBlobStore

SCOPE = "projects/1"


class Decoded(bytes):
    """Bytes that know how often they were read as text."""

    times = 0

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        self.times += 1
        return super().decode(encoding, errors)


class Broken(HeldBytes):
    """What can't be read."""

    async def read(self) -> bytes:
        raise StorageUnavailable("Gone.")


async def test_contents_are_in_the_store_when_they_are_told(tmp_path: Path) -> None:
    blobs = LocalBlobStore(tmp_path)
    contents = {name: HeldBytes(data) for name, data in {"text": b"hello", "other": b"\0\xff"}.items()}
    kept = await keep_contents(blobs, SCOPE, contents)
    assert [(kept[name].size, kept[name].is_binary) for name in contents] == [(5, False), (2, True)]
    assert [kept[name].sha256 for name in contents] == [contents[name].sha256 for name in contents]
    assert kept["text"].sha256 == hashlib.sha256(b"hello").hexdigest()
    assert [await blobs.get(kept[name].blob) for name in contents] == [b"hello", b"\0\xff"]


async def test_what_is_in_memory_is_looked_through_once(tmp_path: Path) -> None:
    text = Decoded(b"hello")
    contents = {"text": HeldBytes(text)}
    assert held_contents(SCOPE, contents) == await keep_contents(LocalBlobStore(tmp_path), SCOPE, contents)
    assert text.times == 1


async def test_one_that_can_not_be_read_fails_as_itself(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="Gone"):
        await keep_contents(LocalBlobStore(tmp_path), SCOPE, {"a": HeldBytes(b"a"), "b": Broken(b"b")})
