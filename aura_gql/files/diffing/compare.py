"""Comparing two texts, by libgit2."""

from collections.abc import Iterator

from pygit2 import DiffHunk as GitHunk
from pygit2 import Patch
from pygit2.enums import DiffOption

from aura_gql.files.diffing.ends import common_ends
from aura_gql.files.diffing.records import DiffHunk, DiffLimits, DiffLine, LineChange, LineKind, TextDiff

_CONTEXT_LINES = 3
_KINDS = {" ": LineKind.CONTEXT, "+": LineKind.ADDED, "-": LineKind.REMOVED}


def compare(old: bytes, new: bytes, limits: DiffLimits) -> TextDiff | None:
    """What to change in `old`, both UTF-8, to have `new`; None where they are beyond the limits."""
    if old == new:
        return TextDiff()
    middles = _middles(old, new, _CONTEXT_LINES, limits)
    if middles is None:
        return None
    before, after, skipped = middles  # Which live as long as the patch: it points into them.
    patch = _patch(before, after, _CONTEXT_LINES)
    _, additions, deletions = patch.line_stats
    return TextDiff(tuple(_to_hunk(hunk, skipped) for hunk in patch.hunks), additions, deletions)


def changed_lines(old: bytes, new: bytes, limits: DiffLimits) -> list[LineChange] | None:
    """Which lines of `old` became which lines of `new`, in order; None where they are beyond the limits."""
    if old == new:
        return []
    middles = _middles(old, new, 0, limits)
    if middles is None:
        return None
    before, after, skipped = middles
    return [_to_change(hunk, skipped) for hunk in _patch(before, after, 0).hunks]


def _middles(old: bytes, new: bytes, context: int, limits: DiffLimits) -> tuple[bytes, bytes, int] | None:
    """What lies between the ends that both share, with lines of context, and the number of lines before it.

    libgit2 lets no other Python run meanwhile, in whatever thread, and its time grows with the lines that it is given:
    hence the limit of them, and hence it never sees what both begin and end with.
    """
    if max(len(old), len(new)) > limits.max_bytes:
        return None
    head, tail = common_ends(old, new, context)
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(before.count(b"\n"), after.count(b"\n")) > limits.max_lines:
        return None
    return before, after, old.count(b"\n", 0, head)


def _patch(before: bytes, after: bytes, context: int) -> Patch:
    return Patch.create_from(before, after, context_lines=context, interhunk_lines=0, flag=DiffOption.FORCE_TEXT)


def _to_change(hunk: GitHunk, skipped: int) -> LineChange:
    # Of no lines, a hunk names the line that they would follow.
    low = skipped + (hunk.old_start - 1 if hunk.old_lines else hunk.old_start)
    start = skipped + (hunk.new_start - 1 if hunk.new_lines else hunk.new_start)
    return LineChange(low, low + hunk.old_lines, start, start + hunk.new_lines)


def _to_hunk(hunk: GitHunk, skipped: int) -> DiffHunk:
    return DiffHunk(
        skipped + hunk.old_start,
        hunk.old_lines,
        skipped + hunk.new_start,
        hunk.new_lines,
        tuple(_to_lines(hunk, skipped)),
    )


def _to_lines(hunk: GitHunk, skipped: int) -> Iterator[DiffLine]:
    for line in hunk.lines:
        kind = _KINDS.get(line.origin)
        if kind is None:  # A remark that a last line has no newline, which the line itself shows.
            continue
        text = line.raw_content.decode()
        yield DiffLine(
            kind,
            text.removesuffix("\n"),
            None if kind is LineKind.ADDED else skipped + line.old_lineno,
            None if kind is LineKind.REMOVED else skipped + line.new_lineno,
            text.endswith("\n"),
        )
