"""What the archives' room hands to the rooms above: values, never documents."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bson import ObjectId

from aura_gql.files.totals.records import StorageProvider
from aura_gql.storage.archives.values import ArchiveFormat, ArchiveLimits

_GIB = 1024**3


class ArchiveStatus(StrEnum):
    """How far an archive has come."""

    PENDING = "PENDING"
    UPLOADING = "UPLOADING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class ArchiveOrigin(StrEnum):
    """Where an archive comes from."""

    CREATED = "CREATED"
    UPLOADED = "UPLOADED"


class RestoreMode(StrEnum):
    """What becomes of the files that are not in the archive."""

    REPLACE = "REPLACE"
    MERGE = "MERGE"


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What a finished archive is: sizes in bytes, `total_bytes` those of its files; SHA-256 in hexadecimal."""

    sha256: str
    size: int
    file_count: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """An archive of a project. `facts` are known once it is COMPLETED; `revision` is that of the files in it, None
    where a user brought it. `sequence` counts its changes. `user_id` is who it counts for.
    """

    id: ObjectId
    project_id: ObjectId
    user_id: str
    format: ArchiveFormat
    origin: ArchiveOrigin
    status: ArchiveStatus
    status_message: str | None
    revision: int | None
    facts: ArchiveFacts | None
    sequence: int
    created_at: datetime
    changed_at: datetime

    @property
    def is_settled(self) -> bool:
        """Whether it will not change any more."""
        return self.status in (ArchiveStatus.COMPLETED, ArchiveStatus.FAILED)


@dataclass(frozen=True, slots=True)
class RestoreWish:
    """To what and how an archive is to be restored."""

    expected_revision: int
    mode: RestoreMode


@dataclass(frozen=True, slots=True)
class ArchiveBounds:
    """The bounds of a project's archives, and where their bytes are; `reading` are those of what is in one that a user
    brings.
    """

    max_per_project: int = 20
    max_archive_bytes: int = 1 * _GIB
    reading: ArchiveLimits = field(default_factory=ArchiveLimits)
    provider: StorageProvider = StorageProvider.LOCAL
