"""What the files room hands to the rooms above: values, never documents."""

from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId

from aura_gql.files.ports import Content


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a project as it is now. Its bytes are the blob `sha256` of `scope`; `size` is in bytes.

    `version` counts the changes of this file, `revision` is the change of the project that made this one.
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


@dataclass(frozen=True, slots=True)
class StorageTotals:
    """How many files a project has, and their bytes together; or the growth of both, which may be negative."""

    file_count: int
    total_bytes: int

    def __add__(self, other: "StorageTotals") -> "StorageTotals":
        return StorageTotals(self.file_count + other.file_count, self.total_bytes + other.total_bytes)

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
