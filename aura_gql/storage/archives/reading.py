"""Reading archives of any format that is known, told by their bytes and not by their names."""

import os
from collections.abc import Iterator
from typing import IO

from aura_gql.storage.archives.checks import EntryChecks
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.tar_headers import BLOCK
from aura_gql.storage.archives.tar_reading import is_header, read_tar
from aura_gql.storage.archives.unpacking import GZIP, inflated, pieces_of, unzstd
from aura_gql.storage.archives.values import ArchiveFormat, ArchiveLimits, Entry, PathRules
from aura_gql.storage.archives.zip_reading import read_zip

_MAGIC = (
    (b"PK\x03\x04", ArchiveFormat.ZIP),
    (b"PK\x05\x06", ArchiveFormat.ZIP),
    (b"\x1f\x8b", ArchiveFormat.TAR_GZ),
    (b"\x28\xb5\x2f\xfd", ArchiveFormat.TAR_ZST),
)


def format_of(file: IO[bytes]) -> ArchiveFormat:
    """What a file is, told by how it begins; ArchiveRefused where it is none of the formats that are known."""
    file.seek(0)
    head = file.read(BLOCK)
    for magic, known in _MAGIC:
        if head.startswith(magic):
            return known
    if is_header(head):
        return ArchiveFormat.TAR
    raise ArchiveRefused(ArchiveRule.NOT_AN_ARCHIVE, "This is none of zip, tar, tar.gz and tar.zst.")


def read_archive(file: IO[bytes], limits: ArchiveLimits, rules: PathRules) -> Iterator[tuple[Entry, Iterator[bytes]]]:
    """Each entry of the archive that a file is, with its bytes in pieces of 64 KiB at most. Blocks.

    ArchiveRefused, at the latest at the entry that breaks a rule: what came before is to be trusted only once all has
    been read. The bytes of an entry are read before the next is asked for, or are passed over.
    """
    size = file.seek(0, os.SEEK_END)
    checks = EntryChecks(limits, rules, size)
    kind = format_of(file)
    if kind is ArchiveFormat.ZIP:
        return read_zip(file, checks)
    file.seek(0)
    if kind is ArchiveFormat.TAR_ZST:
        return read_tar(unzstd(file), checks)
    packed = pieces_of(file, size)
    return read_tar(inflated(packed, GZIP) if kind is ArchiveFormat.TAR_GZ else packed, checks)
