"""Streams of bytes that are what was said: as long, in parts as large, with that digest."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from aura_gql.storage.addressing import Verification
from aura_gql.storage.errors import UploadSizeMismatch


async def exactly(chunks: AsyncIterator[bytes], size: int) -> AsyncIterator[bytes]:
    """The chunks, which must be `size` bytes in all; UploadSizeMismatch as soon as they are more, or end before."""
    seen = 0
    async for chunk in chunks:
        seen += len(chunk)
        if seen > size:
            raise UploadSizeMismatch(f"More than the announced {size} bytes came.", details={"size": size})
        yield chunk
    if seen < size:
        raise UploadSizeMismatch(
            f"Only {seen} of the announced {size} bytes came.", details={"size": size, "received": seen}
        )


async def equal_parts(chunks: AsyncIterator[bytes], part_size: int) -> AsyncIterator[bytes]:
    """The same bytes in parts of `part_size`, of which the last alone may be shorter; an empty stream has no part."""
    waiting = bytearray()
    async for chunk in chunks:
        view = memoryview(chunk)
        while view:
            taken = view[: part_size - len(waiting)]
            waiting += taken
            view = view[len(taken) :]
            if len(waiting) == part_size:
                yield bytes(waiting)
                waiting.clear()
    if waiting:
        yield bytes(waiting)


async def verified_stream(pieces: AsyncGenerator[bytes, None], verification: Verification) -> AsyncIterator[bytes]:
    """The pieces; where they are not what they should be, BlobCorrupted comes in place of the last one."""
    held = b""
    async with aclosing(pieces):
        async for piece in pieces:
            verification.update(piece)
            if held:
                yield held
            held = piece
    verification.end()
    if held:
        yield held
