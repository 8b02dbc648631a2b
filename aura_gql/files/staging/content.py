"""Bytes that were brought by ticket, checked against what was announced."""

import hashlib
from collections.abc import AsyncIterator

from aura_gql.files.staging.errors import UploadDamaged


class StagedContent:
    """A `Content` in the staging area of a blob store; `size` in bytes, `sha256` in hexadecimal, both as announced."""

    def __init__(self, size: int, sha256: str, chunks: AsyncIterator[bytes]) -> None:
        """`chunks` are the bytes as they lie there; they can be read once."""
        self.size = size
        self.sha256 = sha256
        self._chunks = chunks

    async def read(self) -> bytes:
        """All of them, checked; UploadDamaged."""
        return b"".join([chunk async for chunk in self.chunks()])

    def chunks(self) -> AsyncIterator[bytes]:
        """Piece by piece; UploadDamaged before the end where they are not those that were announced."""
        return promised(self._chunks, self.size, self.sha256)


async def promised(chunks: AsyncIterator[bytes], size: int, sha256: str) -> AsyncIterator[bytes]:
    """The chunks as they come; UploadDamaged once they are too many, and at their end where they are others."""
    digest, received = hashlib.sha256(), 0
    async for chunk in chunks:
        received += len(chunk)
        if received > size:
            raise UploadDamaged(f"More bytes came than the {size:,} that were announced.")
        digest.update(chunk)
        yield chunk
    if received < size:
        raise UploadDamaged(f"Only {received:,} bytes came of the {size:,} that were announced.")
    if digest.hexdigest() != sha256:
        raise UploadDamaged("The bytes have another SHA-256 than the one that was announced.")
