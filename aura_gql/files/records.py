"""What the files room hands to the rooms above: values, never documents."""

from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId


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
