from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.local.incoming import Incoming
from aura_gql.storage.backends.local.staging import LocalStaging

NAME = "64b7f0c2a1b2c3d4e5f60718"


async def test_uploads_are_private_and_nothing_else_counts_as_one(tmp_path: Path) -> None:
    staging = LocalStaging(tmp_path / "uploads", Incoming(tmp_path / "incoming"))
    assert [upload async for upload in staging.all()] == []
    await staging.write(NAME, _three(), 3)
    assert (tmp_path / "uploads" / NAME).stat().st_mode & 0o777 == 0o600
    (tmp_path / "uploads" / "stray").write_bytes(b"")
    assert [upload.name async for upload in staging.all()] == [NAME]


async def _three() -> AsyncIterator[bytes]:
    yield b"abc"


async def test_what_can_not_be_put_in_its_place_leaves_nothing(tmp_path: Path) -> None:
    staging = LocalStaging(tmp_path / "uploads", Incoming(tmp_path / "incoming"))
    (tmp_path / "uploads" / NAME).mkdir(parents=True)
    with pytest.raises(StorageUnavailable):
        await staging.write(NAME, _three(), 3)
    assert list((tmp_path / "incoming").iterdir()) == []
