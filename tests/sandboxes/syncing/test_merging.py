"""A merge keeps what both sides did, says where it can't, and loses nothing."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.syncing.merging import MAX_MERGE_BYTES, is_mergeable, merge, regions

Texts = tuple[bytes, bytes, bytes]
TEN = b"".join(b"%d\n" % number for number in range(10))


def changed(text: bytes, **lines: bytes) -> bytes:
    """Ten lines, some of them others: `line3=b"x"`."""
    return b"".join(lines.get(f"line{number}", line) for number, line in enumerate(text.splitlines(keepends=True)))


def some_texts(seed: int) -> Texts:
    """Three versions of few different lines, so that much of them looks alike; the last may have no line break."""
    rng = random.Random(seed)

    def edited(lines: list[bytes]) -> list[bytes]:
        lines = list(lines)
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(lines) + 1)
            lines[at : at + rng.randrange(3)] = [rng.choice(words) for _ in range(rng.randrange(3))]
        return lines

    words = [b"%d\n" % number for number in range(rng.choice((3, 40)))]
    base = [rng.choice(words) for _ in range(rng.randrange(30))]
    sides = [b"".join(lines) for lines in (base, edited(base), edited(base))]
    base_text, ours, theirs = (text[: -rng.randrange(2) or None] for text in sides)
    return base_text, ours, theirs


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (b"", b"", b"", b""),
        (b"a\n", b"a\n", b"", b""),
        (b"", b"a\n", b"a\n", b"a\n"),
        (b"", b"a\n", b"b\n", None),
        (b"a\n", b"", b"b\n", None),
        (TEN, changed(TEN, line1=b"x\n"), changed(TEN, line5=b"y\n"), changed(TEN, line1=b"x\n", line5=b"y\n")),
        (TEN, changed(TEN, line1=b"x\n"), changed(TEN, line3=b"y\n"), changed(TEN, line1=b"x\n", line3=b"y\n")),
        (TEN, changed(TEN, line1=b"x\n"), changed(TEN, line2=b"y\n"), None),
        (TEN, changed(TEN, line1=b"x\n"), changed(TEN, line1=b"x\n"), changed(TEN, line1=b"x\n")),
        (TEN, changed(TEN, line1=b"x\n"), changed(TEN, line1=b"y\n"), None),
        (TEN, b"first\n" + TEN, TEN + b"last\n", b"first\n" + TEN + b"last\n"),
        (TEN, b"first\n" + TEN, b"other\n" + TEN, None),
        (TEN, b"", changed(TEN, line5=b"y\n"), None),
        (
            TEN,
            changed(TEN, line0=b"", line1=b""),
            changed(TEN, line8=b""),
            changed(TEN, line0=b"", line1=b"", line8=b""),
        ),
        (TEN[:-1], TEN, changed(TEN[:-1], line0=b"x\n"), changed(TEN, line0=b"x\n")),
        (b"a\r\nb\r\nc\r\n", b"a\r\nb\r\nC\r\n", b"A\r\nb\r\nc\r\n", b"A\r\nb\r\nC\r\n"),
        (b"a\rb\n", b"a\rB\n", b"A\rb\n", None),
        ("ä\nö\nü\n".encode(), "Ä\nö\nü\n".encode(), "ä\nö\nÜ\n".encode(), "Ä\nö\nÜ\n".encode()),
        (b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\n\0\n", None),
        (b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\n\xff\n", None),
    ],
)
def test_what_a_merge_gives(base: bytes, ours: bytes, theirs: bytes, merged: bytes | None) -> None:
    assert merge(base, ours, theirs) == merged
    assert merge(base, theirs, ours) == merged


def test_any_texts_lose_nothing_and_one_change_alone_is_taken() -> None:
    conflicts = 0
    for seed in range(600):
        base, ours, theirs = some_texts(seed)
        found = regions(base, ours, theirs)
        assert found is not None
        assert b"".join(region.base for region in found) == base
        assert b"".join(region.ours for region in found) == ours
        assert b"".join(region.theirs for region in found) == theirs
        for region in found:
            assert region.merged in (None, region.ours, region.theirs)
            assert (region.merged is None) == (region.base != region.ours != region.theirs != region.base)
        conflicts += merge(base, ours, theirs) is None
        assert merge(base, ours, theirs) == merge(base, theirs, ours)
        assert merge(base, ours, base) == merge(base, base, ours) == merge(base, ours, ours) == ours
    assert 100 < conflicts < 500


def test_changes_apart_are_all_kept() -> None:
    for seed in range(100):
        rng = random.Random(seed)
        lines = [b"%d\n" % number for number in range(60)]
        ours, theirs, both = list(lines), list(lines), list(lines)
        for at in rng.sample(range(0, 60, 2), 10):
            new = rng.choice((b"", b"new %d\n" % at, b"two\nlines %d\n" % at))
            side = rng.choice((ours, theirs))
            side[at] = both[at] = new
        assert merge(b"".join(lines), b"".join(ours), b"".join(theirs)) == b"".join(both)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (b"", True),
        (b"x" * MAX_MERGE_BYTES, True),
        (b"x" * (MAX_MERGE_BYTES + 1), False),
        (b"a\0b", False),
        (b"\xff", False),
    ],
)
def test_what_is_mergeable(text: bytes, answer: bool) -> None:
    assert is_mergeable(text) is answer


def test_what_takes_long_to_compare_is_not_merged() -> None:
    """libgit2 keeps every thread from running, so the event loop waits for it wherever it is."""
    lines = [b"%d\n" % number for number in range(30_000)]
    apart = [b"first\n", *lines[1:]], [*lines[:-1], b"last\n"]
    assert merge(b"".join(lines), *map(b"".join, apart)) == b"".join([b"first\n", *lines[1:-1], b"last\n"])
    assert merge(b"".join(lines), b"".join(reversed(lines)), b"".join(apart[0])) is None


@pytest.fixture(scope="module")
def git() -> str:
    found = shutil.which("git")
    if found is None:
        pytest.skip("git is not installed")
    return found


def by_git(git: str, folder: Path, texts: Iterator[Texts]) -> list[bytes | None]:
    """What `git merge-file` makes of each."""
    found: list[bytes | None] = []
    for base, ours, theirs in texts:
        for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
            (folder / name).write_bytes(text)
        run = subprocess.run([git, "merge-file", "-p", "ours", "base", "theirs"], cwd=folder, capture_output=True)
        assert run.returncode < 128, run.stderr
        found.append(run.stdout if run.returncode == 0 else None)
    return found


def test_git_merges_the_same(git: str, tmp_path: Path) -> None:
    texts = [some_texts(seed) for seed in range(1_000, 1_040)]
    assert [merge(*each) for each in texts] == by_git(git, tmp_path, iter(texts))
