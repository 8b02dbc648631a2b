"""Merging two changed versions of a text, by lines, against the version that both began from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aura_gql.files.diffing.compare import changed_lines
from aura_gql.files.diffing.records import DiffLimits, LineChange

MAX_MERGE_BYTES = 1024 * 1024
"""Of each version."""
_LIMITS = DiffLimits(max_bytes=MAX_MERGE_BYTES)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the three texts that stands at the same place; the regions of a merge make up each text in full.

    `merged` is what comes of it; None where both sides changed it, and not to the same.
    """

    base: bytes
    ours: bytes
    theirs: bytes
    merged: bytes | None


def merge(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The text with the changes of both; None where they touch each other, or the three can't be merged: one is no
    UTF-8, has a zero byte or more than 1 MiB, or too many lines lie between the first that a side changed and the last.
    Blocks for as long as two comparisons.
    """
    if base == theirs or ours == theirs:
        return ours
    if base == ours:
        return theirs
    if not all(map(is_mergeable, (base, ours, theirs))):
        return None
    found = regions(base, ours, theirs)
    parts = [region.merged for region in found or () if region.merged is not None]
    return b"".join(parts) if found is not None and len(parts) == len(found) else None


def is_mergeable(text: bytes) -> bool:
    """Whether it is text, and not too much of it."""
    if len(text) > MAX_MERGE_BYTES or b"\0" in text:
        return False
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def regions(base: bytes, ours: bytes, theirs: bytes) -> list[Region] | None:
    """The three texts cut where they agree again, in order. Changes with no unchanged line between them are one region,
    as in git. For texts that are mergeable; None where a side is too much to be compared.
    """
    my_changes, your_changes = changed_lines(base, ours, _LIMITS), changed_lines(base, theirs, _LIMITS)
    if my_changes is None or your_changes is None:
        return None
    texts = _Texts(_lines(base), _lines(ours), _lines(theirs))
    found: list[Region] = []
    low, shift = 0, (0, 0)
    for mine, yours in _grouped(my_changes, your_changes):
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


def _grouped(
    ours: Sequence[LineChange], theirs: Sequence[LineChange]
) -> Iterator[tuple[list[LineChange], list[LineChange]]]:
    """Changes that touch each other, those of each side apart, in order."""
    waiting = sorted(
        [(change.low, change.high, 0, change) for change in ours]
        + [(change.low, change.high, 1, change) for change in theirs],
        key=lambda each: each[:3],
    )
    group: tuple[list[LineChange], list[LineChange]] = ([], [])
    reach = -1
    for low, high, side, change in waiting:
        if low > reach and reach >= 0:
            yield group
            group = ([], [])
        group[side].append(change)
        reach = max(reach, high)
    if reach >= 0:
        yield group


def _shift_behind(changes: Sequence[LineChange], before: int) -> int:
    """How much further on the lines of a side stand behind these changes of it."""
    return changes[-1].end - changes[-1].high if changes else before
