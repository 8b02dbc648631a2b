from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from aura_gql.files.staging.content import StagedContent
from aura_gql.files.staging.errors import UploadDamaged

DIGEST = sha256(b"abcdef").hexdigest()


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


async def test_what_was_announced_is_given() -> None:
    assert await StagedContent(6, DIGEST, pieces(b"abc", b"def")).read() == b"abcdef"
    assert [piece async for piece in StagedContent(6, DIGEST, pieces(b"abc", b"def")).chunks()] == [b"abc", b"def"]


@pytest.mark.parametrize("data", [b"abcdeF", b"abcde", b"abcdefg", b""])
async def test_what_is_other_ends_in_an_error(data: bytes) -> None:
    with pytest.raises(UploadDamaged):
        await StagedContent(6, DIGEST, pieces(data)).read()


async def test_too_much_is_not_read_to_its_end() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"abcd"

    with pytest.raises(UploadDamaged):
        await StagedContent(6, DIGEST, endless()).read()
