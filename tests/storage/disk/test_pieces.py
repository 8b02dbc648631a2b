import hashlib
from pathlib import Path

import pytest

from aura_gql.storage.addressing import CHUNK_BYTES, Verification
from aura_gql.storage.disk.pieces import file_pieces, verified_pieces
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound
from aura_gql.storage.ports import BlobKey

ABSENT = BlobNotFound("absent")


async def test_pieces_of_a_part(tmp_path: Path) -> None:
    data = bytes(range(256)) * 2048
    (tmp_path / "file").write_bytes(data)
    pieces = [piece async for piece in file_pieces(tmp_path / "file", ABSENT, 7, CHUNK_BYTES + 9)]
    assert [len(piece) for piece in pieces] == [CHUNK_BYTES, 2]
    assert b"".join(pieces) == data[7 : CHUNK_BYTES + 9]


async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BlobNotFound, match="absent"):
        await anext(file_pieces(tmp_path / "none", ABSENT))


async def test_a_file_that_is_another(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"other")
    verification = Verification(BlobKey("a", hashlib.sha256(b"file").hexdigest()))
    with pytest.raises(BlobCorrupted):
        await anext(verified_pieces(tmp_path / "file", ABSENT, verification))
