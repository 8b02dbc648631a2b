import hashlib
from collections.abc import AsyncGenerator

import pytest

from aura_gql.storage.addressing import Verification
from aura_gql.storage.errors import BlobCorrupted, UploadSizeMismatch
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.streams import equal_parts, exactly, verified_stream


async def stream(*pieces: bytes) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece


async def test_a_stream_of_the_announced_length() -> None:
    assert [piece async for piece in exactly(stream(b"ab", b"", b"c"), 3)] == [b"ab", b"", b"c"]


@pytest.mark.parametrize(("size", "received"), [(2, None), (4, 3)])
async def test_a_stream_of_another_length(size: int, received: int | None) -> None:
    with pytest.raises(UploadSizeMismatch) as caught:
        [piece async for piece in exactly(stream(b"ab", b"c", b""), size)]
    assert caught.value.details.get("received") == received


@pytest.mark.parametrize(
    ("pieces", "parts"),
    [([], []), ([b"ab"], [b"ab"]), ([b"abc"], [b"abc"]), ([b"a", b"bcdefgh", b"", b"i"], [b"abc", b"def", b"ghi"])],
)
async def test_parts_are_equal_but_the_last(pieces: list[bytes], parts: list[bytes]) -> None:
    assert [part async for part in equal_parts(stream(*pieces), 3)] == parts


async def test_damage_comes_in_place_of_the_last_piece() -> None:
    verification = Verification(BlobKey("a", hashlib.sha256(b"abcdef").hexdigest()))
    pieces = verified_stream(stream(b"abc", b"deF"), verification)
    assert await anext(pieces) == b"abc"
    with pytest.raises(BlobCorrupted):
        await anext(pieces)
