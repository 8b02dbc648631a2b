"""Changes of files as they are kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bson import ObjectId

from aura_gql.files.changes.values import ChangeKind


class EntryKind(StrEnum):
    """What it is that changed."""

    FILE = "FILE"
    FOLDER = "FOLDER"
    LINK = "LINK"
    OTHER = "OTHER"


class ChangeOrigin(StrEnum):
    """Where a change was made: in the project's own files by a save, or on a sandbox's disk by code."""

    PROJECT = "PROJECT"
    SANDBOX = "SANDBOX"


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to be numbered and kept. `execution_ids` are those of all executions that ran in the sandbox then.

    `size` is in bytes. `version` is the project file's and `revision` the project's, None for a change in a sandbox.
    """

    path: str
    kind: ChangeKind
    entry: EntryKind
    size: int
    executable: bool
    at: datetime
    from_path: str | None = None
    sandbox_id: ObjectId | None = None
    execution_ids: tuple[ObjectId, ...] = ()
    version: int | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class FileChangeRecord:
    """A kept change; `sequence` counts the changes of its project, saves and sandboxes together, from 1."""

    project_id: ObjectId
    sequence: int
    change: NewChange

    @property
    def origin(self) -> ChangeOrigin:
        """Where it was made."""
        return ChangeOrigin.PROJECT if self.change.sandbox_id is None else ChangeOrigin.SANDBOX


@dataclass(frozen=True, slots=True)
class ChangeBatchRecord:
    """The next changes of a project up to number `last`. `is_complete` is False where some before or among them are no
    longer kept: then the files must be read again.
    """

    project_id: ObjectId
    last: int
    changes: tuple[FileChangeRecord, ...]
    is_complete: bool
