"""What is told of files that change in a machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aura_gql.files.changes.values import ChangeKind
from aura_gql.sandboxes.values import FileKind


@dataclass(frozen=True, slots=True)
class FileEvent:
    """A change that code in the machine made. `from_path` is set for MOVED alone. `size`, `executable` and `entry` are
    what is there now, for DELETED what was there. `at` is when it was noticed.
    """

    path: str
    kind: ChangeKind
    entry: FileKind
    size: int
    executable: bool
    at: datetime
    from_path: str | None = None


@dataclass(frozen=True, slots=True)
class Rescan:
    """Single changes were lost, so the whole tree was compared with what was known of it: what differs follows, with
    moves as a deletion and a creation. `reason` is for the log.
    """

    reason: str


FileBatch = Sequence[FileEvent | Rescan]
