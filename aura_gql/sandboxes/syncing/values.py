"""What stands at a path, and what is to be done about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord, VersionKind, VersionRecord
from aura_gql.sandboxes.values import FileKind


@dataclass(frozen=True, slots=True)
class Entry:
    """What is at a path, on either side: a file with the SHA-256, the size in bytes and the executable bit that it has,
    or something without these. Nothing at all is None instead.
    """

    kind: FileKind
    sha256: str = ""
    size: int = 0
    executable: bool = False

    @property
    def is_file(self) -> bool:
        """Whether it has bytes."""
        return self.kind is FileKind.FILE


FOLDER = Entry(FileKind.FOLDER)


@dataclass(frozen=True, slots=True)
class Sides:
    """A path as the sandbox last got it, as the project has it now, and as the sandbox has it now."""

    base: Entry | None
    ours: Entry | None
    theirs: Entry | None


class SyncDirection(StrEnum):
    """Which way a sync goes: who gets what the other has."""

    TO_SANDBOX = "TO_SANDBOX"
    TO_PROJECT = "TO_PROJECT"


class SyncSide(StrEnum):
    """Whose version of a path: the project's (ours) or the sandbox's (theirs)."""

    PROJECT = "PROJECT"
    SANDBOX = "SANDBOX"


class SyncAction(StrEnum):
    """What to do about a path: PUSH has the sandbox get what the project has, PULL the other way, either a deletion
    where there is nothing to get. MERGE is for both.
    """

    NOTHING = "NOTHING"
    PUSH = "PUSH"
    PULL = "PULL"
    MERGE = "MERGE"
    CONFLICT = "CONFLICT"


Wants = Callable[[str], bool]
"""Which paths a sync is about."""

Choices = Mapping[str, SyncSide]
"""Whose version a user wants, by path."""


def entry_of(record: FileRecord | None) -> Entry | None:
    """What a project's record says is at its path."""
    if record is None:
        return None
    if record.entry is EntryKind.FOLDER:
        return FOLDER
    return Entry(FileKind.FILE, record.sha256, record.size, record.executable)


def file_of(row: VersionRecord) -> FileRecord | None:
    """What a version left at its path."""
    return None if row.kind is VersionKind.DELETED else row.file


def everything(path: str) -> bool:
    """Wants any path."""
    return True
