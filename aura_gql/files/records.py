"""What the files room hands to the rooms above: values, never documents."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bson import ObjectId

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.ports import Content
from aura_gql.storage.quotas.records import Usage


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a project as it is now. Its bytes are the blob `sha256` of `scope`; `size` is in bytes.

    `version` counts the changes of this path, `revision` is the change of the project that made this one. An `entry`
    that is a FOLDER is a folder that is kept even while nothing is in it: it has no bytes, and its `sha256` is empty.
    """

    project_id: ObjectId
    path: str
    version: int
    revision: int
    sha256: str
    size: int
    executable: bool
    scope: str
    language: str
    is_binary: bool
    updated_at: datetime
    updated_by: str
    entry: EntryKind = EntryKind.FILE

    @property
    def place(self) -> str:
        """The path, with a `/` behind that of a folder: as `paths.path_key` and `paths.check_beside` take it."""
        return f"{self.path}/" if self.entry is EntryKind.FOLDER else self.path


class VersionKind(StrEnum):
    """What made a version. DELETED is the last word on a path until a file comes to be there again."""

    CREATED = "CREATED"
    MODIFIED = "MODIFIED"
    MOVED = "MOVED"
    DELETED = "DELETED"


class RevisionSource(StrEnum):
    """How a revision of a project came to be."""

    INITIAL = "INITIAL"
    SAVE = "SAVE"
    UPLOAD = "UPLOAD"
    BATCH = "BATCH"
    RESTORE = "RESTORE"
    SYNC = "SYNC"
    ARCHIVE = "ARCHIVE"


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of a path: the `file` as it then was, and for DELETED what was last there.

    MOVED tells by `from_path` and `from_version` whence it came; the DELETED row of the old path tells by `moved_to`
    where it went.
    """

    file: FileRecord
    kind: VersionKind
    source: RevisionSource
    from_path: str | None = None
    from_version: int | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class StorageTotals:
    """How many files a project has, and their bytes together; or the growth of both, which may be negative. A kept
    folder counts as a file without bytes.
    """

    file_count: int
    total_bytes: int

    def __add__(self, other: "StorageTotals") -> "StorageTotals":
        return StorageTotals(self.file_count + other.file_count, self.total_bytes + other.total_bytes)

    def __bool__(self) -> bool:
        return any((self.file_count, self.total_bytes))

    def as_usage(self) -> Usage:
        """What they are of a user's usage."""
        return Usage(self.file_count, self.total_bytes)

    def __sub__(self, other: "StorageTotals") -> "StorageTotals":
        return StorageTotals(self.file_count - other.file_count, self.total_bytes - other.total_bytes)


@dataclass(frozen=True, slots=True)
class StorageUse:
    """What the files of all projects come to; sizes in bytes. `nearly_full` counts projects near their bound."""

    projects: int
    total_bytes: int
    largest_bytes: int
    nearly_full: int


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A file that a user brings: a new one where `expected_version` is 0, else the next version of the one that is
    there. `executable` None leaves the bit as it is.
    """

    path: str
    content: Content
    expected_version: int = 0
    executable: bool | None = None
