"""Reading tar archives (ustar, PAX and GNU): names and sizes from bounded headers, and nothing but files and folders.

Not by the standard library: that reads a header's extension into memory however large it says it is, and takes damage
behind the first entry for the end.
"""

from collections.abc import Iterator

from aura_gql.storage.archives.checks import EntryChecks
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.tar_headers import BLOCK, is_sound, octal, pax_records, plain_name
from aura_gql.storage.archives.unpacking import PIECE_BYTES, cut_short, more_behind
from aura_gql.storage.archives.values import Entry

_MAX_EXTENSION_BYTES = 64 * 1024
_MAX_EXTENSIONS = 4
_FILES = (b"0", b"\0", b"7")
_FOLDER = b"5"
_EXTENSIONS = (b"x", b"g", b"L", b"K")
_HARMLESS_GLOBAL = frozenset({"comment", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname"})
_REFUSED = {
    b"1": (ArchiveRule.HARD_LINK, "is a hard link."),
    b"2": (ArchiveRule.SYMLINK, "is a symbolic link."),
    b"3": (ArchiveRule.DEVICE, "is a device."),
    b"4": (ArchiveRule.DEVICE, "is a device."),
    b"6": (ArchiveRule.DEVICE, "is a pipe."),
    b"S": (ArchiveRule.SPARSE, "is a sparse file, which may be larger than it says."),
}


def is_header(block: bytes) -> bool:
    """Whether a block may be the first of a tar archive."""
    return len(block) == BLOCK and (not any(block) or is_sound(block))


def read_tar(pieces: Iterator[bytes], checks: EntryChecks) -> Iterator[tuple[Entry, Iterator[bytes]]]:
    """Each entry with its bytes, in the archive's order, from the archive in pieces of any size; ArchiveRefused."""
    source = _Source(pieces, checks)
    while any(block := source.take(BLOCK)):
        header = _Header(source, block)
        path = checks.enter(header.name, header.size, is_folder=header.is_folder)
        data = source.pieces(header.size)
        if path is not None:
            yield Entry(path, header.size, header.is_executable, header.is_folder), data
        for _ in data:
            pass
        source.take(-header.size % BLOCK)
    source.require_nothing_more()


class _Source:
    """The plain archive, read in order."""

    def __init__(self, pieces: Iterator[bytes], checks: EntryChecks) -> None:
        self._pieces = pieces
        self._checks = checks
        self._held = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        return b"".join(self.pieces(size))

    def pieces(self, size: int) -> Iterator[bytes]:
        while size:
            if self._at == len(self._held) and not self._refill():
                raise cut_short()
            piece = self._held[self._at : self._at + min(size, PIECE_BYTES)]
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def require_nothing_more(self) -> None:
        if any(self._held[self._at :]):
            raise more_behind()
        while self._refill():
            if any(self._held):
                raise more_behind()

    def _refill(self) -> bool:
        self._held, self._at = next(self._pieces, b""), 0
        self._checks.came_out(len(self._held))
        return bool(self._held)


class _Header:
    """What an entry says about itself, by its header and the extensions before that."""

    def __init__(self, source: _Source, block: bytes) -> None:
        self._told: dict[str, str] = {}
        for _ in range(_MAX_EXTENSIONS):
            _require_sound(block)
            if block[156:157] not in _EXTENSIONS:
                break
            self._extend(source, block)
            block = source.take(BLOCK)
        kind = block[156:157]
        self.name = self._told.get("path", _text(plain_name(block)))
        self.is_folder = kind == _FOLDER or (kind in _FILES and self.name.endswith("/"))
        if not self.is_folder and kind not in _FILES:
            raise ArchiveRefused(
                *_REFUSED.get(kind, (ArchiveRule.UNKNOWN_KIND, "is no file and no folder.")), self.name
            )
        self.size = self._told_size(_number(block[124:136]))
        if self.is_folder and self.size:
            raise ArchiveRefused(ArchiveRule.CONTRADICTION, "is a folder, and has bytes.", self.name)
        self.is_executable = not self.is_folder and bool(_number(block[100:108]) & 0o100)

    def _extend(self, source: _Source, block: bytes) -> None:
        kind, size = block[156:157], _number(block[124:136])
        if size > _MAX_EXTENSION_BYTES:
            raise _damaged(f"An extended header has {size:,} bytes; it may have {_MAX_EXTENSION_BYTES:,}.")
        value = source.take(size)
        source.take(-size % BLOCK)
        if kind == b"L":
            self._told["path"] = _text(value.rstrip(b"\0"))
        if kind in (b"L", b"K"):
            return
        records = _records(value)
        if any(name.startswith("GNU.sparse") for name in records):
            raise ArchiveRefused(*_REFUSED[b"S"], _text(plain_name(block)))
        if kind == b"x":
            self._told |= records
        elif not _HARMLESS_GLOBAL.issuperset(records):
            raise ArchiveRefused(
                ArchiveRule.CONTRADICTION, "A global header changes the names or sizes of all entries."
            )

    def _told_size(self, size: int) -> int:
        told = self._told.get("size")
        if told is None:
            return size
        if not (told.isascii() and told.isdigit() and len(told) < 20):
            raise _damaged("A size in the archive is no number.")
        return int(told)


def _records(value: bytes) -> dict[str, str]:
    records = pax_records(value)
    if records is None:
        raise _damaged("An extended header is damaged.")
    return {name: _text(told) if name in ("path", "size") else "" for name, told in records}


def _require_sound(block: bytes) -> None:
    if not is_sound(block):
        raise _damaged("The archive is damaged: the checksum of a header is wrong.")


def _number(field: bytes) -> int:
    value = octal(field)
    if value is None:
        raise _damaged("A number in a header of the archive is none.")
    return value


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise ArchiveRefused(ArchiveRule.BAD_NAME, "has a name that is not UTF-8.", repr(name)[2:-1]) from None


def _damaged(message: str) -> ArchiveRefused:
    return ArchiveRefused(ArchiveRule.DAMAGED, message)
