"""What the history of files is told in."""

from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId

from aura_gql.files.records import FileRecord, RevisionSource, VersionKind

_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """A change of a project, made by `author`. Each number counts what became of files and kept folders.

    A file that was moved counts once. `paths` are the first of those that changed, by path; where a file was moved, the
    one that it has now.
    """

    project_id: ObjectId
    revision: int
    at: datetime
    author: str
    source: RevisionSource
    created: int
    modified: int
    moved: int
    deleted: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilePair:
    """A file before and behind a change; None on the side where it was not there. Never None on both."""

    old: FileRecord | None
    new: FileRecord | None

    @property
    def path(self) -> str:
        """Where it is, or was last."""
        return (self.new or self._only_old).path

    @property
    def kind(self) -> VersionKind | None:
        """What became of it; None where nothing differs. A file that was moved is MOVED even if it changed, too."""
        if self.old is None or self.new is None:
            return VersionKind.CREATED if self.old is None else VersionKind.DELETED
        if self.old.path != self.new.path:
            return VersionKind.MOVED
        is_same = (self.old.sha256, self.old.executable) == (self.new.sha256, self.new.executable)
        return None if is_same else VersionKind.MODIFIED

    @property
    def is_binary(self) -> bool:
        """Whether either side is something other than UTF-8 text, which is not compared by lines."""
        return any(side.is_binary for side in (self.old, self.new) if side is not None)

    def reversed(self) -> "FilePair":
        """The change that undoes this one."""
        return FilePair(self.new, self.old)

    @property
    def _only_old(self) -> FileRecord:
        if self.old is None:
            raise ValueError("A pair has at least one side.")
        return self.old


@dataclass(frozen=True, slots=True)
class RetentionLimits:
    """For how long history is kept: `kept_s` seconds, and no more than `max_revisions` of a project; but whatever is
    younger than `recent_s` stays in any case, as those who work with it now may come back to it.
    """

    kept_s: float = 90 * _DAY_S
    max_revisions: int = 5_000
    recent_s: float = 2 * _DAY_S
