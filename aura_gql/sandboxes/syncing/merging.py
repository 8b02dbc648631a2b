"""Merging two changed versions of a text, by lines, against the version that both began from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pygit2
from pygit2.enums import DiffOption

MAX_MERGE_BYTES = 1024 * 1024
MAX_MERGE_LINES = 50_000
"""Of each version. A comparison takes under a second then, whatever the lines are."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the three texts that stands at the same place; the regions of a merge make up each text in full.

    `merged` is what comes of it; None where both sides changed it, and not to the same.
    """

    base: bytes
    ours: bytes
    theirs: bytes
    merged: bytes | None


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines `low` to `high` of the base became lines `start` to `end`; both ranges are half open."""

    low: int
    high: int
    start: int
    end: int


def merge(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The text with the changes of both; None where they touch each other, or one of the three can't be merged: it is
    no UTF-8, has a zero byte, more than 1 MiB or more than 50,000 lines. Blocks for under two seconds.
    """
    if base == theirs or ours == theirs:
        return ours
    if base == ours:
        return theirs
    if not all(map(is_mergeable, (base, ours, theirs))):
        return None
    merged = [region.merged for region in regions(base, ours, theirs)]
    parts = [part for part in merged if part is not None]
    return b"".join(parts) if len(parts) == len(merged) else None


def is_mergeable(text: bytes) -> bool:
    """Whether it is text, and not too much of it."""
    if len(text) > MAX_MERGE_BYTES or text.count(b"\n") >= MAX_MERGE_LINES or b"\0" in text:
        return False
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def regions(base: bytes, ours: bytes, theirs: bytes) -> list[Region]:
    """The three texts cut where they agree again, in order. Changes with no unchanged line between them are one region,
    as in git. For texts that are mergeable.
    """
    texts = _Texts(_lines(base), _lines(ours), _lines(theirs))
    found: list[Region] = []
    low, shift = 0, (0, 0)
    for mine, yours in _grouped(_changes(base, ours), _changes(base, theirs)):
        both = [*mine, *yours]
        start, end = min(change.low for change in both), max(change.high for change in both)
        if low < start:
            found.append(texts.cut((low, start), shift, shift))
        after = _shift_behind(mine, shift[0]), _shift_behind(yours, shift[1])
        found.append(texts.cut((start, end), shift, after))
        low, shift = end, after
    if low < len(texts.base):
        found.append(texts.cut((low, len(texts.base)), shift, shift))
    return found


@dataclass(frozen=True, slots=True)
class _Texts:
    base: Sequence[bytes]
    ours: Sequence[bytes]
    theirs: Sequence[bytes]

    def cut(self, span: tuple[int, int], before: tuple[int, int], after: tuple[int, int]) -> Region:
        """The lines of the base, and of the sides how much further on they stand where the span begins and ends."""
        low, high = span
        base = b"".join(self.base[low:high])
        ours = b"".join(self.ours[low + before[0] : high + after[0]])
        theirs = b"".join(self.theirs[low + before[1] : high + after[1]])
        return Region(base, ours, theirs, _decided(base, ours, theirs))


def _decided(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    if theirs in (base, ours):
        return ours
    return theirs if ours == base else None


def _lines(text: bytes) -> list[bytes]:
    *whole, last = text.split(b"\n")
    return [line + b"\n" for line in whole] + ([last] if last else [])


def _changes(base: bytes, changed: bytes) -> Iterator[_Change]:
    patch = pygit2.Patch.create_from(base, changed, flag=DiffOption.FORCE_TEXT, context_lines=0, interhunk_lines=0)
    for hunk in patch.hunks:
        # Of no lines, a hunk names the line that they would follow.
        low = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
        start = hunk.new_start - 1 if hunk.new_lines else hunk.new_start
        yield _Change(low, low + hunk.old_lines, start, start + hunk.new_lines)


def _grouped(ours: Iterator[_Change], theirs: Iterator[_Change]) -> Iterator[tuple[list[_Change], list[_Change]]]:
    """Changes that touch each other, those of each side apart, in order."""
    waiting = sorted(
        [(change.low, change.high, 0, change) for change in ours]
        + [(change.low, change.high, 1, change) for change in theirs],
        key=lambda each: each[:3],
    )
    group: tuple[list[_Change], list[_Change]] = ([], [])
    reach = -1
    for low, high, side, change in waiting:
        if low > reach and reach >= 0:
            yield group
            group = ([], [])
        group[side].append(change)
        reach = max(reach, high)
    if reach >= 0:
        yield group


def _shift_behind(changes: Sequence[_Change], before: int) -> int:
    """How much further on the lines of a side stand behind these changes of it."""
    return changes[-1].end - changes[-1].high if changes else before
