"""Diffs as text: `git apply` reads them."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from aura_gql.files.diffing.compare import compare
from aura_gql.files.diffing.records import DiffLimits, DiffSide
from aura_gql.files.diffing.unified import unified

PLAIN, PROGRAM = DiffSide("a.txt"), DiffSide("a.txt", executable=True)


def text_of(old: DiffSide | None, before: bytes, new: DiffSide | None, after: bytes) -> str:
    diff = compare(before, after, DiffLimits())
    assert diff is not None
    return unified(old, new, diff.hunks)


@pytest.mark.parametrize(
    ("old", "new", "after", "expected"),
    [
        (PLAIN, PLAIN, b"a\n", ""),
        (PLAIN, PROGRAM, b"a\n", "diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100755\n"),
        (
            PLAIN,
            DiffSide('b "c".txt'),
            b"a\n",
            'diff --git a/a.txt "b/b \\"c\\".txt"\nrename from a.txt\nrename to "b \\"c\\".txt"\n',
        ),
        (
            PLAIN,
            PLAIN,
            b"b",
            "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n",
        ),
    ],
    ids=["nothing", "mode", "rename", "lines"],
)
def test_the_text_is_as_git_writes_it(old: DiffSide, new: DiffSide, after: bytes, expected: str) -> None:
    assert text_of(old, b"a\n", new, after) == expected


def test_what_is_not_there_is_told_as_such() -> None:
    made = text_of(None, b"", PLAIN, b"a\n")
    assert made == "diff --git a/a.txt b/a.txt\nnew file mode 100644\n--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+a\n"
    assert text_of(PROGRAM, b"", None, b"") == "diff --git a/a.txt b/a.txt\ndeleted file mode 100755\n"
    assert unified(None, None, ()) == ""


@pytest.mark.skipif(shutil.which("git") is None, reason="There is no `git` to apply it with.")
def test_git_applies_it(tmp_path: Path) -> None:
    """All of the shapes in one patch, as a client would put them together."""
    many = b"".join(b"%d\n" % n for n in range(200))
    cases: list[tuple[DiffSide | None, bytes, DiffSide | None, bytes]] = [
        (None, b"", DiffSide("new/empty.txt"), b""),
        (None, b"", DiffSide("new/program.sh", executable=True), b"#!/bin/sh\n"),
        (DiffSide("gone.txt"), b"bye", None, b""),
        (DiffSide("many.txt"), many, DiffSide("many.txt"), many.replace(b"7\n", b"seven\n")),
        (DiffSide("with space.txt"), b"a\r\nb\r\n", DiffSide("with space.txt"), b"a\r\nc\r\n"),
        (DiffSide('q"t.txt'), b"a\n", DiffSide('q"t.txt'), b"b\n"),
        (DiffSide("mode.sh"), b"a\n", DiffSide("mode.sh", executable=True), b"a\n"),
        (DiffSide("old name.txt"), many, DiffSide("d/\u00e4 new.txt", executable=True), many + b"end"),
        (DiffSide("a.txt"), b"a", DiffSide("b.txt"), b"a"),
    ]
    for old, before, _, _ in cases:
        if old is not None:
            (tmp_path / old.path).write_bytes(before)
    patch = "".join(text_of(*case) for case in cases).encode()

    ended = subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, capture_output=True, timeout=60)

    assert ended.returncode == 0, ended.stderr
    found = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*") if path.is_file()}
    wanted = {new.path: (after, new.executable) for _, _, new, after in cases if new is not None}
    is_program = {name: bool(path.stat().st_mode & stat.S_IXUSR) for name, path in found.items()}
    assert {name: (path.read_bytes(), is_program[name]) for name, path in found.items()} == wanted
