"""The central directory of a zip archive: read entry by entry, believing none of its counts."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from aura_gql.storage.archives.checks import EntryChecks
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.unpacking import cut_short, more_behind

STORED, DEFLATED = 0, 8
IS_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
HAS_DESCRIPTOR = 1 << 3
IS_UTF8 = 1 << 11
FULL_32 = 0xFFFFFFFF
_FULL_16 = 0xFFFF
_AES = 99
_ZIP64_EXTRA = 1
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_HEADER = struct.Struct("<4s6H3L5H2L")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """An entry as the directory describes it; `offset` is that of its local header, sizes are in bytes."""

    raw_name: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int
    mode: int


@dataclass(frozen=True, slots=True)
class _End:
    count: int
    size: int
    offset: int


def contradiction(what: str, entry: str | None = None) -> ArchiveRefused:
    """Two parts of the archive say different things."""
    return ArchiveRefused(ArchiveRule.CONTRADICTION, what, entry)


def read_directory(file: IO[bytes], checks: EntryChecks) -> tuple[list[ZipEntry], int]:
    """The entries, by where they lie in the file, and where the directory begins; ArchiveRefused.

    What says to have too many is refused before any is read, and what has more than it says at the first.
    """
    end = _find_end(file)
    checks.require_count(end.count)
    file.seek(end.offset)
    left = _Window(file, end.size)
    entries = []
    for _ in range(end.count):
        entries.append(_read_entry(left))
    if left.size:
        raise contradiction("The directory of the archive has more entries than the archive says.")
    entries.sort(key=lambda entry: entry.offset)
    return entries, end.offset


class _Window:
    """As many bytes of a file as the directory may have."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self.size = size

    def take(self, size: int) -> bytes:
        if size > self.size:
            raise contradiction("The directory of the archive has fewer entries than the archive says.")
        data = self._file.read(size)
        if len(data) < size:
            raise cut_short()
        self.size -= size
        return data


def _read_entry(left: _Window) -> ZipEntry:
    fields = _HEADER.unpack(left.take(_HEADER.size))
    signature, _, _, flags, method, _, _, crc, packed_size, size, name_size, extra_size, comment_size = fields[:13]
    disk, _, outer, offset = fields[13:]
    if signature != b"PK\x01\x02":
        raise ArchiveRefused(ArchiveRule.DAMAGED, "The directory of the archive is damaged, or is encrypted.")
    raw_name = left.take(name_size)
    name = _text(raw_name)
    extra = left.take(extra_size)
    left.take(comment_size)
    if flags & IS_ENCRYPTED or method == _AES:
        raise ArchiveRefused(ArchiveRule.ENCRYPTED, "is encrypted.", name)
    if method not in (STORED, DEFLATED):
        raise ArchiveRefused(ArchiveRule.UNKNOWN_METHOD, f"is packed by method {method}; only 0 and 8 are read.", name)
    size, packed_size, offset = wide_fields(extra, (size, packed_size, offset), name)
    if disk not in (0, _FULL_16):
        raise contradiction("lies in another part of a split archive.", name)
    return ZipEntry(raw_name, name, flags, method, crc, packed_size, size, offset, outer >> 16)


def wide_fields(extra: bytes, narrow: tuple[int, ...], name: str) -> list[int]:
    """The fields, those that are full taken from the 64-bit extra field in their order; ArchiveRefused without."""
    wide = b"".join(data for kind, data in _extra_fields(extra, name) if kind == _ZIP64_EXTRA)
    values = []
    for value in narrow:
        if value != FULL_32:
            values.append(value)
            continue
        if len(wide) < 8:
            raise contradiction("says to have 64-bit sizes, and has none.", name)
        values.append(int.from_bytes(wide[:8], "little"))
        wide = wide[8:]
    return values


def _extra_fields(extra: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    # A few programs pad with less than a field's header.
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        if 4 + size > len(extra):
            raise contradiction("has an extra field that is longer than all of them.", name)
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def _find_end(file: IO[bytes]) -> _End:
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _END.size - _FULL_16)
    file.seek(start)
    tail = file.read(size - start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise cut_short()
    _, disk, first_disk, here, count, directory_size, offset, comment_size = _END.unpack_from(tail, at)
    behind = len(tail) - at - _END.size - comment_size
    if behind:
        raise more_behind() if behind > 0 else cut_short()
    end, ends_at = _End(count, directory_size, offset), start + at
    if disk not in (0, _FULL_16) or first_disk not in (0, _FULL_16) or here != count:
        raise contradiction("The archive is a part of several.")
    end, ends_at = _widen(file, end, ends_at)
    if end.offset + end.size != ends_at:
        raise contradiction("The directory of the archive is not where the archive says.")
    return end


def _widen(file: IO[bytes], end: _End, ends_at: int) -> tuple[_End, int]:
    """What the 64-bit record says, where there is one: it may only say more exactly what the other one says."""
    is_full = end.count == _FULL_16 or FULL_32 in (end.size, end.offset)
    file.seek(max(0, ends_at - _LOCATOR_64.size))
    locator = file.read(_LOCATOR_64.size)
    if len(locator) < _LOCATOR_64.size or not locator.startswith(b"PK\x06\x07"):
        if is_full:
            raise contradiction("The archive says to have 64-bit sizes, and has none.")
        return end, ends_at
    _, _, record_at, _ = _LOCATOR_64.unpack(locator)
    if record_at + _END_64.size != ends_at - _LOCATOR_64.size:
        raise contradiction("The 64-bit end of the archive is not where the archive says.")
    file.seek(record_at)
    signature, _, _, _, disk, first_disk, here, count, size, offset = _END_64.unpack(file.read(_END_64.size))
    if signature != b"PK\x06\x06" or disk or first_disk or here != count:
        raise contradiction("The 64-bit end of the archive is damaged.")
    for narrow, wide, full in (
        (end.count, count, _FULL_16),
        (end.size, size, FULL_32),
        (end.offset, offset, FULL_32),
    ):
        if narrow not in (full, wide):
            raise contradiction("The two ends of the archive say different things.")
    return _End(count, size, offset), record_at


def _text(raw_name: bytes) -> str:
    """Its name. Without the flag it is meant to be of an old code page; whoever writes other letters writes UTF-8."""
    try:
        return raw_name.decode()
    except UnicodeDecodeError:
        raise ArchiveRefused(ArchiveRule.BAD_NAME, "has a name that is not UTF-8.", repr(raw_name)[2:-1]) from None
