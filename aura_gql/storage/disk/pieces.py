"""Files as streams of pieces, so that the event loop never waits for a disk."""

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

from aura_gql.kernel.errors import DomainError
from aura_gql.storage.addressing import CHUNK_BYTES, Verification
from aura_gql.storage.disk.folders import off_loop
from aura_gql.storage.disk.open_file import OpenFile


async def file_pieces(
    path: Path, absent: DomainError, start: int = 0, end: int | None = None
) -> AsyncGenerator[bytes, None]:
    """The bytes of the file at `path` from `start` up to `end`, or to its own; `absent` is raised where it is not."""
    file = await off_loop(partial(_opened, path, absent))
    try:
        while end is None or start < end:
            length = CHUNK_BYTES if end is None else min(CHUNK_BYTES, end - start)
            piece = await off_loop(partial(file.read_at, start, length))
            if not piece:
                return
            start += len(piece)
            yield piece
    finally:
        file.close()


async def verified_pieces(path: Path, absent: DomainError, verification: Verification) -> AsyncGenerator[bytes, None]:
    """The whole file at `path`; where it is not what it should be, BlobCorrupted comes in place of its last piece."""
    file = await off_loop(partial(_opened, path, absent))

    def read(start: int) -> bytes:
        piece = file.read_at(start, CHUNK_BYTES)
        verification.update(piece)
        return piece

    try:
        start, held = 0, b""
        while piece := await off_loop(partial(read, start)):
            start += len(piece)
            if held:
                yield held
            held = piece
        verification.end()
        if held:
            yield held
    finally:
        file.close()


def _opened(path: Path, absent: DomainError) -> OpenFile:
    try:
        return OpenFile.reading(path)
    except FileNotFoundError:
        raise absent from None
