"""Looking through a whole archive before anything of it is used."""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

from aura_gql.storage.archives.reading import format_of, read_archive
from aura_gql.storage.archives.values import ArchiveFormat, ArchiveLimits, Entry, PathRules


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry whose bytes have been read: their SHA-256 in hexadecimal, and whether they are not UTF-8 text."""

    entry: Entry
    sha256: str
    is_binary: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """A sound archive: what it is and what is in it, in the order of the archive."""

    format: ArchiveFormat
    entries: tuple[CheckedEntry, ...]

    @property
    def file_count(self) -> int:
        """How many files are in it."""
        return sum(not checked.entry.is_folder for checked in self.entries)

    @property
    def total_bytes(self) -> int:
        """The bytes of its files together."""
        return sum(checked.entry.size for checked in self.entries)

    def stripped(self) -> "Inspection":
        """It without the one folder that everything lies in, as hosts of repositories pack them; else as it is."""
        tops = {checked.entry.path.partition("/")[0] for checked in self.entries}
        is_file = any("/" not in checked.entry.path and not checked.entry.is_folder for checked in self.entries)
        if len(tops) != 1 or is_file:
            return self
        inside = [checked for checked in self.entries if "/" in checked.entry.path]
        return replace(self, entries=tuple(map(_without_top, inside)))


def inspect(file: IO[bytes], limits: ArchiveLimits, rules: PathRules) -> Inspection:
    """What is in an archive, all of which has been unpacked and kept to every rule; ArchiveRefused. Blocks, and holds
    64 KiB of it at a time.
    """
    kind = format_of(file)
    return Inspection(kind, tuple(_checked(entry, data) for entry, data in read_archive(file, limits, rules)))


def _checked(entry: Entry, data: Iterator[bytes]) -> CheckedEntry:
    digest, text = hashlib.sha256(), _TextProbe()
    for piece in data:
        digest.update(piece)
        text.feed(piece)
    return CheckedEntry(entry, "" if entry.is_folder else digest.hexdigest(), text.is_binary())


class _TextProbe:
    """Tells as `kernel.languages.is_binary` does, of bytes that come in pieces."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._is_binary = False

    def feed(self, piece: bytes) -> None:
        if self._is_binary:
            return
        try:
            self._is_binary = "\0" in self._decoder.decode(piece)
        except UnicodeDecodeError:
            self._is_binary = True

    def is_binary(self) -> bool:
        if self._is_binary:
            return True
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return True
        return False


def _without_top(checked: CheckedEntry) -> CheckedEntry:
    path = checked.entry.path.partition("/")[2]
    return replace(checked, entry=replace(checked.entry, path=path))
