"""A body on its way to the disk, piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Final

import httpx

from aura_gql.templates.errors import TemplateSourceRefused, TemplatesUnavailable
from aura_gql.templates.sources.github.refusals import PassingTrouble

Progress = Callable[[int], None]
"""Is told how many bytes are there; after a fault it begins anew."""

_PIECE_BYTES: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"


class ArchiveDownload:
    """Writes the body of an answer to `out`; once more from its beginning where it is called again."""

    def __init__(self, out: IO[bytes], most: int, progress: Progress | None) -> None:
        self._out, self._most, self._progress = out, most, progress

    async def __call__(self, response: httpx.Response) -> int:
        """How many bytes there are. TemplateSourceRefused beyond `most`, PassingTrouble for what is no archive."""
        self._check(_announced(response))
        await asyncio.to_thread(self._rewind)
        size = 0
        async for piece in response.aiter_raw(_PIECE_BYTES):
            if size == 0 and not piece.startswith(_GZIP):
                break
            size += len(piece)
            self._check(size)
            await asyncio.to_thread(self._out.write, piece)
            if self._progress is not None:
                self._progress(size)
        if size == 0:
            raise PassingTrouble(f"{response.url.host} answers with something else than an archive.")
        await asyncio.to_thread(self._out.flush)
        return size

    def _check(self, size: int) -> None:
        if size > self._most:
            raise TemplateSourceRefused(
                f"The archive has more than {self._most} bytes, the most that MAX_TEMPLATE_ARCHIVE_BYTES allows."
            )

    def _rewind(self) -> None:
        self._out.seek(0)
        self._out.truncate()


@asynccontextmanager
async def opened(out: IO[bytes] | Path) -> AsyncIterator[IO[bytes]]:
    """The file to write to; one that is named is made, and removed where anything fails.

    TemplatesUnavailable where this host has no room for it.
    """
    try:
        if not isinstance(out, Path):
            yield out
            return
        file = await asyncio.to_thread(out.open, "wb")
        try:
            yield file
        except BaseException:
            await asyncio.shield(asyncio.to_thread(_discard, file, out))
            raise
        await asyncio.to_thread(file.close)
    except OSError as error:
        raise TemplatesUnavailable(f"The archive can't be written on this host: {error.strerror}.") from error


def _announced(response: httpx.Response) -> int:
    length = response.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else 0


def _discard(file: IO[bytes], path: Path) -> None:
    # On a full disk it complains again of what it could not write.
    with suppress(OSError):
        file.close()
    path.unlink(missing_ok=True)
