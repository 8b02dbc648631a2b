"""Reading zip archives: the directory, the local headers and the bytes must all say the same."""

import os
import stat
import struct
import zlib
from collections.abc import Iterator
from typing import IO

from aura_gql.storage.archives.checks import EntryChecks
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.unpacking import RAW_DEFLATE, cut_short, inflated, pieces_of
from aura_gql.storage.archives.values import Entry
from aura_gql.storage.archives.zip_directory import (
    FULL_32,
    HAS_DESCRIPTOR,
    IS_ENCRYPTED,
    IS_UTF8,
    STORED,
    ZipEntry,
    contradiction,
    read_directory,
    wide_fields,
)

_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIPTOR_MARK = b"PK\x07\x08"
_DESCRIPTOR_SIZES = (12, 16, 20, 24)
_COMPARED_FLAGS = IS_ENCRYPTED | IS_UTF8
_OWNER_MAY_RUN = 0o100


def read_zip(file: IO[bytes], checks: EntryChecks) -> Iterator[tuple[Entry, Iterator[bytes]]]:
    """Each entry with its bytes, in the order in which they lie there, which must be without gaps and overlaps.

    What the directory alone tells is refused before the first entry, the rest when its turn comes.
    """
    entries, directory_at = read_directory(file, checks)
    checked = [(entry, _checked(entry, checks)) for entry in entries]
    if directory_at and (not entries or entries[0].offset):
        raise contradiction("There is something before the first entry of the archive.")
    ends = [entry.offset for entry in entries[1:]] + [directory_at]
    for (entry, known), end in zip(checked, ends, strict=False):
        start = _data_start(file, entry)
        if start + entry.packed_size > end:
            raise ArchiveRefused(ArchiveRule.OVERLAP, "overlaps with what follows it.", entry.name)
        data = _data(file, entry, start, end, checks)
        if known is not None:
            yield known, data
        for _ in data:
            pass


def _checked(entry: ZipEntry, checks: EntryChecks) -> Entry | None:
    is_folder = entry.name.endswith("/")
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFLNK:
        raise ArchiveRefused(ArchiveRule.SYMLINK, "is a symbolic link.", entry.name)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveRefused(ArchiveRule.DEVICE, "is a device, a pipe or a socket.", entry.name)
    if kind and (kind == stat.S_IFDIR) is not is_folder:
        raise contradiction("is a folder by its name or by its mode, and not by both.", entry.name)
    if is_folder and entry.size:
        raise contradiction("is a folder, and has bytes.", entry.name)
    path = checks.enter(entry.name, entry.size, is_folder=is_folder)
    if path is None:
        return None
    return Entry(path, entry.size, bool(entry.mode & _OWNER_MAY_RUN) and not is_folder, is_folder)


def _data_start(file: IO[bytes], entry: ZipEntry) -> int:
    """Where its bytes begin, behind a local header that agrees with the directory."""
    file.seek(entry.offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size:
        raise cut_short()
    signature, _, flags, method, _, _, crc, packed_size, size, name_size, extra_size = _LOCAL.unpack(header)
    if signature != b"PK\x03\x04":
        raise contradiction("is not where the directory says.", entry.name)
    name, extra = file.read(name_size), file.read(extra_size)
    if name != entry.raw_name or method != entry.method or (flags ^ entry.flags) & _COMPARED_FLAGS:
        raise contradiction("is something else in its place than in the directory.", entry.name)
    if FULL_32 in (packed_size, size):
        size, packed_size = wide_fields(extra, (size, packed_size), entry.name)
    told, known = (crc, packed_size, size), (entry.crc, entry.packed_size, entry.size)
    # What was written before its size was known says so, and tells it behind.
    if told != known and not (flags & HAS_DESCRIPTOR and told[0] in (0, known[0]) and not any(told[1:])):
        raise contradiction("has other sizes in its place than in the directory.", entry.name)
    return entry.offset + len(header) + len(name) + len(extra)


def _data(file: IO[bytes], entry: ZipEntry, start: int, end: int, checks: EntryChecks) -> Iterator[bytes]:
    """Its bytes, as many and with the checksum that it says; then the next entry must follow."""
    file.seek(start)
    packed = pieces_of(file, entry.packed_size)
    crc, left = 0, entry.size
    for piece in packed if entry.method == STORED else inflated(packed, RAW_DEFLATE):
        checks.came_out(len(piece))
        left -= len(piece)
        if left < 0:
            break
        crc = zlib.crc32(piece, crc)
        yield piece
    if left:
        raise contradiction(f"unpacks to {'more' if left < 0 else 'fewer'} bytes than it says.", entry.name)
    if crc != entry.crc:
        raise ArchiveRefused(ArchiveRule.DAMAGED, "is damaged: its checksum is wrong.", entry.name)
    gap = end - file.seek(0, os.SEEK_CUR)
    if gap and (gap not in _DESCRIPTOR_SIZES or not _describes(file.read(gap), entry)):
        raise contradiction("is followed by something that is no entry.", entry.name)


def _describes(told: bytes, entry: ZipEntry) -> bool:
    told = told.removeprefix(_DESCRIPTOR_MARK)
    for form in ("<3L", "<L2Q"):
        if len(told) == struct.calcsize(form):
            return struct.unpack(form, told) == (entry.crc, entry.packed_size, entry.size)
    return False
