from pathlib import Path

import pytest

from aura_gql.storage.addressing import address
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.cache.mending import keep_whole


@pytest.mark.parametrize("damage", [None, b"Bytes", b"byte"])
async def test_what_is_lost_or_damaged_is_put_again(
    blobs: LocalBlobStore, tmp_path: Path, damage: bytes | None
) -> None:
    key = address("templates", b"bytes")
    await blobs.put("templates", b"bytes")
    assert not await keep_whole(blobs, b"bytes")
    if damage is None:
        await blobs.delete(key)
    else:
        [path] = tmp_path.rglob(key.sha256)
        path.write_bytes(damage)
    assert await keep_whole(blobs, b"bytes")
    assert await blobs.get(key) == b"bytes"
