"""Writing archives, a piece at a time: the same files give the same bytes, whenever and by whomever.

Times are those of 1980, the first that zip knows; modes 644 and 755; no owners; the order is the caller's.
"""

import gzip
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Protocol

import zstandard

from aura_gql.storage.archives.ports import ArchiveWriter
from aura_gql.storage.archives.values import ArchiveFormat, Entry

_EPOCH_1980 = 315_532_800
_DOS_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE, _RUN_MODE, _FOLDER_MODE = 0o100644, 0o100755, 0o040755
_UNIX = 3
_DOS_FOLDER = 0x10
_GZIP_LEVEL, _ZSTD_LEVEL = 6, 6


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...


def open_archive(kind: ArchiveFormat, out: IO[bytes]) -> ArchiveWriter:
    """A writer of an archive into `out`, an empty file that can seek. It must be closed or abandoned."""
    if kind is ArchiveFormat.ZIP:
        return _ZipWriter(out)
    if kind is ArchiveFormat.TAR_GZ:
        packed = gzip.GzipFile("", "wb", _GZIP_LEVEL, out, mtime=0)
        return _TarWriter(packed, packed.close)
    if kind is ArchiveFormat.TAR_ZST:
        # In one thread: with several the bytes would depend on how many.
        packing = zstandard.ZstdCompressor(_ZSTD_LEVEL, write_checksum=True).stream_writer(out, closefd=False)
        return _TarWriter(packing, packing.close)
    return _TarWriter(out, out.flush)


class _Writer:
    """Counts what is still to come of a file."""

    def __init__(self) -> None:
        self._left = 0

    def _expect(self, size: int) -> None:
        if self._left:
            raise ValueError("A file has fewer bytes than were said.")
        self._left = size

    def _came(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise ValueError("A file has more bytes than were said.")


class _ZipWriter(_Writer):
    def __init__(self, out: IO[bytes]) -> None:
        super().__init__()
        self._archive = zipfile.ZipFile(out, "w")
        self._member: IO[bytes] | None = None

    def begin(self, entry: Entry) -> None:
        """As the port promises."""
        self._expect(entry.size)
        self._end_member()
        info = zipfile.ZipInfo(entry.path + ("/" if entry.is_folder else ""), _DOS_EPOCH)
        info.create_system = _UNIX
        info.external_attr = _mode(entry) << 16 | (_DOS_FOLDER if entry.is_folder else 0)
        info.file_size = entry.size
        info.compress_type = zipfile.ZIP_DEFLATED if entry.size else zipfile.ZIP_STORED
        self._member = self._archive.open(info, "w")

    def write(self, data: bytes) -> None:
        """As the port promises."""
        assert self._member is not None  # noqa: S101
        self._came(len(data))
        self._member.write(data)

    def close(self) -> None:
        """As the port promises."""
        self._expect(0)
        self._end()

    def abandon(self) -> None:
        """As the port promises: else the library would try to end the archive when it forgets it."""
        with suppress(OSError):
            self._end()

    def _end(self) -> None:
        try:
            self._end_member()
        finally:
            self._archive.close()

    def _end_member(self) -> None:
        if self._member is not None:
            self._member.close()
            self._member = None


class _TarWriter(_Writer):
    def __init__(self, out: _Sink, end: Callable[[], None]) -> None:
        super().__init__()
        self._out = out
        self._end = end
        self._padding = 0

    def begin(self, entry: Entry) -> None:
        """As the port promises."""
        self._expect(entry.size)
        info = tarfile.TarInfo(entry.path)
        info.type = tarfile.DIRTYPE if entry.is_folder else tarfile.REGTYPE
        info.size, info.mode, info.mtime = entry.size, _mode(entry) & 0o777, _EPOCH_1980
        self._out.write(bytes(self._padding) + info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict"))
        self._padding = -entry.size % tarfile.BLOCKSIZE

    def write(self, data: bytes) -> None:
        """As the port promises."""
        self._came(len(data))
        self._out.write(data)

    def close(self) -> None:
        """As the port promises."""
        self._expect(0)
        self._out.write(bytes(self._padding + 2 * tarfile.BLOCKSIZE))
        self._end()

    def abandon(self) -> None:
        """As the port promises."""
        with suppress(OSError):
            self._end()


def _mode(entry: Entry) -> int:
    if entry.is_folder:
        return _FOLDER_MODE
    return _RUN_MODE if entry.executable else _FILE_MODE
