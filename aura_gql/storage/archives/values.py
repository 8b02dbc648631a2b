"""What goes into archives and comes out of them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_MIB = 1024 * 1024


class ArchiveFormat(StrEnum):
    """How an archive is written."""

    ZIP = "ZIP"
    TAR = "TAR"
    TAR_GZ = "TAR_GZ"
    TAR_ZST = "TAR_ZST"

    @property
    def extension(self) -> str:
        """What names of such files end in, e.g. `.tar.gz`."""
        return "." + self.value.lower().replace("_", ".")

    @property
    def content_type(self) -> str:
        """Their media type."""
        return {
            ArchiveFormat.ZIP: "application/zip",
            ArchiveFormat.TAR: "application/x-tar",
            ArchiveFormat.TAR_GZ: "application/gzip",
            ArchiveFormat.TAR_ZST: "application/zstd",
        }[self]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or an explicit folder, at a clean path without a `/` at its end; `size` in bytes, 0 for a folder."""

    path: str
    size: int = 0
    executable: bool = False
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The bounds of an archive that is read: entries, folders that they imply included; bytes of a file and of all.

    What comes out may have `max_ratio` times the bytes of the archive, once it has more than `ratio_from_bytes`; None
    for any ratio. `drives_refused` is whether a name that Windows may take for one on a drive, `C:x`, is refused.
    """

    max_entries: int = 10_000
    max_file_bytes: int = 1 * _MIB
    max_total_bytes: int = 50 * _MIB
    max_ratio: int | None = 200
    ratio_from_bytes: int = 8 * _MIB
    drives_refused: bool = True


@dataclass(frozen=True, slots=True)
class PathRules:
    """What an entry may be called. `clean` gives a name in its normal form or raises InvalidInput; names of equal `key`
    can't stand side by side.
    """

    clean: Callable[[str], str]
    key: Callable[[str], str]
