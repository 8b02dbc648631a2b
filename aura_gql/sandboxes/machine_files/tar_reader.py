"""Reading tar archives that somebody sends, piece by piece, refusing every trick by name before it can do harm.

Not the standard library's: that reads a header's extension into memory however large it says it is, goes through links,
and takes what is cut off for an end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from aura_gql.sandboxes.errors import ArchiveRefused
from aura_gql.storage.archives.tar_headers import BLOCK, is_sound, octal, pax_records, plain_name

# Of one extended header: a path of 4,095 bytes and what else there is.
MAX_EXTENSION_BYTES = 64 * 1024
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 4095
OWN_PREFIX = ".aura-"
_SPARSE = "GNU.sparse"
_READ = ("path", "linkpath", "size")
_KNOWN_GLOBAL = frozenset({"comment", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname"})


class MemberKind(StrEnum):
    """What a member of an archive is; there are no others."""

    FILE = "FILE"
    FOLDER = "FOLDER"
    LINK = "LINK"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry: its clean relative path, the bytes of a file, and where a link leads."""

    path: str
    kind: MemberKind
    size: int = 0
    executable: bool = False
    target: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The bounds of an archive: how many entries, and how many bytes the files in it have together."""

    max_entries: int = 20_000
    max_bytes: int = 512 * 1024 * 1024


class TarReader:
    """Feed it the archive in pieces of any size; it gives members, each followed by the bytes of its file."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self._limits = limits
        self._held = bytearray()
        self._left = 0
        self._padding = 0
        self._extension: tuple[bytes, int] | None = None
        self._override: dict[str, str] = {}
        self._seen: dict[str, MemberKind] = {}
        self._bytes = 0
        self._entries = 0
        self._ended = False

    def feed(self, data: bytes) -> Iterator[Member | bytes]:
        """What the next piece brings; to be read to its end. Raises ArchiveRefused."""
        self._held += data
        while True:
            if self._left:
                if not self._held:
                    return
                piece = bytes(self._held[: self._left])
                del self._held[: len(piece)]
                self._left -= len(piece)
                yield piece
                continue
            if self._padding:
                skipped = min(self._padding, len(self._held))
                del self._held[:skipped]
                self._padding -= skipped
                if self._padding:
                    return
            if self._extension is not None:
                kind, size = self._extension
                if len(self._held) < size + -size % BLOCK:
                    return
                value = bytes(self._held[:size])
                del self._held[: size + -size % BLOCK]
                self._extension = None
                self._extend(kind, value)
                continue
            if len(self._held) < BLOCK:
                return
            block = bytes(self._held[:BLOCK])
            del self._held[:BLOCK]
            member = self._header(block)
            if member is not None:
                yield member

    def finish(self) -> None:
        """Raises ArchiveRefused where the archive was cut off."""
        if not self._ended or self._left or self._padding or self._extension is not None or self._held:
            raise ArchiveRefused("The archive is cut off.")

    def _header(self, block: bytes) -> Member | None:
        if not any(block):
            self._ended = True
            return None
        if self._ended:
            raise ArchiveRefused("The archive goes on behind its end.")
        if not is_sound(block):
            raise ArchiveRefused("This is no tar archive, or it is damaged: a checksum is wrong.")
        self._entries += 1
        if self._entries > self._limits.max_entries:
            raise ArchiveRefused(f"The archive has more than {self._limits.max_entries} entries.")
        kind, size = block[156:157], _number(block[124:136], "size")
        if kind in (b"x", b"g", b"L", b"K"):
            if size > MAX_EXTENSION_BYTES:
                raise ArchiveRefused(f"An extended header has {size} bytes; it may have {MAX_EXTENSION_BYTES}.")
            self._extension = (kind, size)
            return None
        return self._member(block, kind, size)

    def _extend(self, kind: bytes, value: bytes) -> None:
        if kind in (b"L", b"K"):
            self._override["path" if kind == b"L" else "linkpath"] = _text(value.rstrip(b"\0"))
            return
        records = _records(value)
        if any(name.startswith(_SPARSE) for name in records):
            raise ArchiveRefused("The archive has a sparse file, which may be larger than it says.")
        if kind == b"x":
            self._override |= records
        elif not _KNOWN_GLOBAL.issuperset(records):
            raise ArchiveRefused("A global header changes the names or sizes of all entries.")

    def _member(self, block: bytes, kind: bytes, size: int) -> Member | None:
        override, self._override = self._override, {}
        name = override.get("path", _text(plain_name(block)))
        if (said := override.get("size")) is not None:
            if not (said.isascii() and said.isdigit() and len(said) < 20):
                raise ArchiveRefused(f"{name[:200]!r} has no size.")
            size = int(said)
        if kind in (b"0", b"\0", b"7") and not name.endswith("/"):
            return self._file(name, size, bool(_number(block[100:108], "mode") & 0o100))
        if size:
            raise ArchiveRefused(f"{name[:200]!r} is no file, but has bytes.")
        if kind == b"5" or kind in (b"0", b"\0", b"7"):
            path = _clean(name.rstrip("/") or name)
            return self._noted(Member(path, MemberKind.FOLDER)) if path else None
        if kind == b"2":
            target = override.get("linkpath", _text(block[157:257].split(b"\0")[0]))
            path = _clean(name)
            _require_inside(path, target)
            return self._noted(Member(path, MemberKind.LINK, target=target))
        what = {b"1": "a hard link", b"3": "a device", b"4": "a device", b"6": "a FIFO", b"S": "a sparse file"}
        raise ArchiveRefused(f"{name[:200]!r} is {what.get(kind, 'neither a file, a folder nor a link')}.")

    def _file(self, name: str, size: int, executable: bool) -> Member:
        self._bytes += size
        if self._bytes > self._limits.max_bytes:
            raise ArchiveRefused(f"The files in the archive have more than {self._limits.max_bytes} bytes together.")
        self._left, self._padding = size, -size % BLOCK
        return self._noted(Member(_clean(name), MemberKind.FILE, size, executable))

    def _noted(self, member: Member) -> Member:
        before = self._seen.get(member.path)
        if not member.path or (before is not None and not before is member.kind is MemberKind.FOLDER):
            raise ArchiveRefused(f"{member.path[:200]!r} is in the archive twice, or has no name.")
        folders = member.path.split("/")[:-1]
        for depth in range(1, len(folders) + 1):
            above = "/".join(folders[:depth])
            if self._seen.setdefault(above, MemberKind.FOLDER) is not MemberKind.FOLDER:
                raise ArchiveRefused(f"{member.path[:200]!r} is below {above[:200]!r}, which is no folder.")
        self._seen[member.path] = member.kind
        if len(self._seen) > self._limits.max_entries:
            raise ArchiveRefused(f"The archive has more than {self._limits.max_entries} entries.")
        return member


def _clean(name: str) -> str:
    """The path that a name is; empty for the folder that the archive was made of."""
    parts = [part for part in name.split("/") if part != "."] if not name.startswith("/") else [""]
    if name in (".", "./"):
        return ""
    if any(part in ("", "..") or "\0" in part for part in parts):
        raise ArchiveRefused(f"{name[:200]!r} leads out of the folder, or is no plain path.")
    too_long = any(len(part.encode()) > MAX_NAME_BYTES for part in parts)
    if too_long or len(name.encode()) > MAX_PATH_BYTES:
        raise ArchiveRefused(f"{name[:200]!r} is too long.")
    if any(part.startswith(OWN_PREFIX) for part in parts):
        raise ArchiveRefused(f"{name[:200]!r}: names that begin with {OWN_PREFIX} are the server's.")
    return "/".join(parts)


def leads_inside(path: str, target: str) -> bool:
    """Whether a link at `path` stays in the folder, whatever else in it is a link: `..` may only stand in front."""
    parts = [part for part in target.split("/") if part not in ("", ".")]
    up = next((place for place, part in enumerate(parts) if part != ".."), len(parts))
    return bool(parts) and not target.startswith("/") and ".." not in parts[up:] and up <= path.count("/")


def _require_inside(path: str, target: str) -> None:
    if "\0" in target or len(target.encode()) > MAX_PATH_BYTES or not leads_inside(path, target):
        raise ArchiveRefused(f"The link {path[:200]!r} leads out of the folder.")


def _records(value: bytes) -> dict[str, str]:
    records = pax_records(value)
    if records is None:
        raise ArchiveRefused("An extended header is damaged.")
    return {name: _text(said) if name in _READ or name.startswith(_SPARSE) else "" for name, said in records}


def _number(field: bytes, what: str) -> int:
    value = octal(field)
    if value is None:
        raise ArchiveRefused(f"A {what} in the archive is no number that can be taken.")
    return value


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError as error:
        raise ArchiveRefused(f"A name in the archive is no UTF-8: {name[:200]!r}.") from error
