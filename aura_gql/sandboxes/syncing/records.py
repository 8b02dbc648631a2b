"""What syncs leave: what a machine got of its project, what they did, and what is in conflict."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aura_gql.files.records import FileRecord
from aura_gql.sandboxes.syncing.values import Entry


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncConflict:
    """A path that both sides changed, or that the sandbox can't take: both were left as they are.

    `base` is what the sandbox last got, `ours` what the project has, `theirs` what the sandbox was seen to have: its
    SHA-256 is ``""`` where it could not be read. `reason` says what a merge is not the remedy for.
    """

    path: str
    base: FileRecord | None
    ours: FileRecord | None
    theirs: Entry | None
    reason: str | None = None


@dataclass(slots=True)
class SyncedState:
    """What the disk of a machine got of its project: all as it was at `revision`, but for what is `apart` from that.

    There the project's file that it last got stands by path, None for none; `conflicts` are among these.
    """

    revision: int
    apart: dict[str, FileRecord | None] = field(default_factory=dict)
    conflicts: dict[str, SyncConflict] = field(default_factory=dict)

    def has(self, path: str, record: FileRecord | None) -> bool:
        """Whether it is known that the machine has got just that at a path."""
        if path in self.conflicts or path not in self.apart:
            return False
        known = self.apart[path]
        return known is record if known is None or record is None else known.version == record.version

    def settle(self, path: str, record: FileRecord | None) -> None:
        """The machine has what the project has at a path, or need not: there is no conflict."""
        self.apart[path] = record
        self.conflicts.pop(path, None)

    def hold(self, conflict: SyncConflict) -> None:
        """The machine keeps what it has at a path."""
        self.apart[conflict.path] = conflict.base
        self.conflicts[conflict.path] = conflict

    def reach(self, revision: int) -> None:
        """All that changed in the project up to a revision has been settled or held."""
        self.revision = max(self.revision, revision)
        self.apart = {path: record for path, record in self.apart.items() if self._is_apart(path, record)}

    def _is_apart(self, path: str, record: FileRecord | None) -> bool:
        return path in self.conflicts or (record is not None and record.revision > self.revision)


@dataclass(slots=True)
class SyncReport:
    """What a sync did: paths that one side got from the other, that were removed there, that were merged on both sides;
    and what it left as it was on both.
    """

    changed: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    conflicts: list[SyncConflict] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)

    def skip(self, path: str, reason: str) -> None:
        """Leave a file out."""
        self.skipped.append(SkippedFile(path, reason))

    def skip_all(self, skipped: Iterable[SkippedFile]) -> None:
        """Leave files out."""
        self.skipped.extend(skipped)

    def joined(self, other: "SyncReport") -> "SyncReport":
        """What both did."""
        return SyncReport(
            self.changed + other.changed,
            self.deleted + other.deleted,
            self.merged + other.merged,
            list({conflict.path: conflict for conflict in self.conflicts + other.conflicts}.values()),
            self.skipped + other.skipped,
        )
