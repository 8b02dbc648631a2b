"""A diff as text, in the form that `git apply` and `patch` read."""

from collections.abc import Iterator, Sequence

from aura_gql.files.diffing.records import DiffHunk, DiffSide, LineKind

_MARKS = {LineKind.CONTEXT: " ", LineKind.ADDED: "+", LineKind.REMOVED: "-"}
_NOWHERE = "/dev/null"


def unified(old: DiffSide | None, new: DiffSide | None, hunks: Sequence[DiffHunk]) -> str:
    """The diff between two sides, None for one that is not there, with Git's lines about modes and renames.

    Empty where both are there and nothing differs.
    """
    header = [*_about(old, new)]
    if header or hunks:
        header.insert(0, f"diff --git {_name('a/', old or new)} {_name('b/', new or old)}\n")
    if hunks:
        header += [f"--- {_label('a/', old)}\n", f"+++ {_label('b/', new)}\n"]
    return "".join([*header, *(text for hunk in hunks for text in _texts(hunk))])


def _about(old: DiffSide | None, new: DiffSide | None) -> Iterator[str]:
    if new is None:
        if old is not None:
            yield f"deleted file mode {_mode(old)}\n"
        return
    if old is None:
        yield f"new file mode {_mode(new)}\n"
        return
    if old.executable != new.executable:
        yield f"old mode {_mode(old)}\nnew mode {_mode(new)}\n"
    if old.path != new.path:
        yield f"rename from {_quoted(old.path)}\nrename to {_quoted(new.path)}\n"


def _mode(side: DiffSide) -> str:
    return "100755" if side.executable else "100644"


def _name(prefix: str, side: DiffSide | None) -> str:
    return _quoted(f"{prefix}{side.path}") if side else _NOWHERE


def _label(prefix: str, side: DiffSide | None) -> str:
    # As Git has it: a tab tells where a name with spaces ends, as dates may follow.
    return f"{_name(prefix, side)}\t" if side and " " in side.path else _name(prefix, side)


def _quoted(path: str) -> str:
    """Paths of projects have neither backslashes nor control characters."""
    return '"' + path.replace('"', '\\"') + '"' if '"' in path else path


def _texts(hunk: DiffHunk) -> Iterator[str]:
    yield f"@@ -{_range(hunk.old_start, hunk.old_lines)} +{_range(hunk.new_start, hunk.new_lines)} @@\n"
    for line in hunk.lines:
        yield f"{_MARKS[line.kind]}{line.text}\n"
        if not line.has_newline:
            yield "\\ No newline at end of file\n"


def _range(start: int, lines: int) -> str:
    return str(start) if lines == 1 else f"{start},{lines}"
