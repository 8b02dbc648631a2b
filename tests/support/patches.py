"""Applying diffs, as plainly as can be."""

import re

from aura_gql.files.diffing.records import DiffHunk, LineKind

_HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def applied(old: str, unified: str) -> str:
    """The text that a unified diff makes of `old`; AssertionError where its context or its counts do not fit."""
    source, result, position = _lines(old), [], 0
    lines = _lines(unified)
    while lines and not lines[0].startswith("@@"):
        lines.pop(0)
    while lines:
        header = _HEADER.fullmatch(lines.pop(0).rstrip("\n"))
        assert header is not None
        start, old_count, new_count = int(header[1]), int(header[2] or 1), int(header[4] or 1)
        begin = start - 1 if old_count else start
        result += source[position:begin]
        position = begin
        while old_count or new_count:
            mark, text = lines[0][0], lines.pop(0)[1:]
            if lines and lines[0].startswith("\\"):
                text = text.removesuffix("\n")
                lines.pop(0)
            if mark in " -":
                assert source[position] == text
                position, old_count = position + 1, old_count - 1
            if mark in " +":
                result.append(text)
                new_count -= 1
    return "".join([*result, *source[position:]])


def rebuilt(hunks: tuple[DiffHunk, ...], old: str) -> str:
    """The text that the structured hunks make of `old`; AssertionError where a number or a count is wrong."""
    source, result, position = _lines(old), [], 0
    for hunk in hunks:
        begin = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
        result += source[position:begin]
        position = begin
        assert len(result) == (hunk.new_start - 1 if hunk.new_lines else hunk.new_start)
        for line in hunk.lines:
            text = line.text + "\n" * line.has_newline
            if line.kind is not LineKind.ADDED:
                assert (source[position], line.old_number) == (text, position + 1)
                position += 1
            if line.kind is not LineKind.REMOVED:
                result.append(text)
                assert line.new_number == len(result)
        assert position == begin + hunk.old_lines
    return "".join([*result, *source[position:]])


def _lines(text: str) -> list[str]:
    """The lines with their newlines; only `\\n` ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)
