"""What a comparison of two texts gives."""

from dataclasses import dataclass
from enum import StrEnum

_MIB = 1024 * 1024


class LineKind(StrEnum):
    """What became of a line."""

    CONTEXT = "CONTEXT"
    ADDED = "ADDED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line without its `\\n`; a carriage return before that stays. Numbers count from 1, None where it is not there.

    `has_newline` is False for a last line that does not end with one.
    """

    kind: LineKind
    text: str
    old_number: int | None
    new_number: int | None
    has_newline: bool = True


@dataclass(frozen=True, slots=True)
class LineChange:
    """Lines `low` to `high` of one text became lines `start` to `end` of another; both ranges are half open and count
    from 0.
    """

    low: int
    high: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DiffHunk:
    """Changed lines with up to 3 unchanged ones around them. A side without lines starts at the line before it."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class TextDiff:
    """All hunks, in order, and how many lines they add and remove."""

    hunks: tuple[DiffHunk, ...] = ()
    additions: int = 0
    deletions: int = 0

    @property
    def line_count(self) -> int:
        """How many lines the hunks show."""
        return sum(len(hunk.lines) for hunk in self.hunks)


@dataclass(frozen=True, slots=True)
class DiffSide:
    """A file as one side of a diff: where it lies, and whether it may be executed."""

    path: str
    executable: bool = False


@dataclass(frozen=True, slots=True)
class DiffLimits:
    """What is compared at most: `max_bytes` of either text, and `max_lines` of either between the first line that
    differs and the last. The lines bound the time: at worst a comparison takes some 10 ms for each 3,000.
    """

    max_bytes: int = 4 * _MIB
    max_lines: int = 20_000
