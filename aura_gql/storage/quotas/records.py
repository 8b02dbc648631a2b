"""What a user's files and archives come to, and what they may; sizes in bytes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId


@dataclass(frozen=True, slots=True)
class Usage:
    """How many files there are, their bytes together, and the bytes of kept archives; or the growth of these, which
    may be negative.
    """

    file_count: int = 0
    file_bytes: int = 0
    archive_bytes: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.file_count + other.file_count,
            self.file_bytes + other.file_bytes,
            self.archive_bytes + other.archive_bytes,
        )

    def __neg__(self) -> "Usage":
        return Usage(-self.file_count, -self.file_bytes, -self.archive_bytes)

    def __bool__(self) -> bool:
        return any((self.file_count, self.file_bytes, self.archive_bytes))

    def against(self, counted: "Usage") -> str:
        """In words, that this is stored and `counted` is what there is."""
        return (
            f"stored are {self.file_count:,} files of {self.file_bytes:,} bytes and {self.archive_bytes:,} bytes of"
            f" archives, and there are {counted.file_count:,} of {counted.file_bytes:,} and {counted.archive_bytes:,}"
        )


@dataclass(frozen=True, slots=True)
class Reservation:
    """Bytes that are set aside for an archive that is being made, or an upload on its way. They count as used until it
    is committed or released, and no longer than until `expires_at`.
    """

    id: ObjectId
    project_id: ObjectId
    size: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredUsage:
    """A user's usage as stored, with the reservations that are open. `changes` counts what was ever counted."""

    usage: Usage
    reservations: tuple[Reservation, ...]
    changes: int

    @property
    def reserved_bytes(self) -> int:
        """What is set aside."""
        return sum(reservation.size for reservation in self.reservations)

    def held_by(self, reservation_ids: Collection[ObjectId]) -> int:
        """What is set aside by those of these reservations that are open."""
        return sum(held.size for held in self.reservations if held.id in reservation_ids)

    @property
    def total_bytes(self) -> int:
        """What counts against the user's limit."""
        return self.usage.file_bytes + self.usage.archive_bytes + self.reserved_bytes


@dataclass(frozen=True, slots=True)
class QuotaLimits:
    """The bounds of a user's storage over all projects."""

    max_bytes: int = 2 * 1024**3
    max_files: int = 50_000
    max_reservations: int = 32


@dataclass(frozen=True, slots=True)
class Quota:
    """What is used of what may be. `bytes_used` does not contain `reserved_bytes`, which are used up, too."""

    bytes_used: int
    bytes_limit: int
    files_used: int
    files_limit: int
    reserved_bytes: int
