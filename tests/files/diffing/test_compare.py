"""Comparing texts: what comes out applies, and nothing takes long."""

import random
import subprocess
import sys

import pytest

from aura_gql.files.diffing.compare import compare
from aura_gql.files.diffing.records import DiffHunk, DiffLimits, DiffLine, DiffSide, LineKind
from aura_gql.files.diffing.unified import unified
from tests.support.patches import applied, rebuilt

SIDE = DiffSide("a.txt")
LIMITS = DiffLimits()

PAIRS = {
    "first lines": ("", "a\nb\n"),
    "all gone": ("a\nb\n", ""),
    "no newline in either": ("a", "b"),
    "newline comes": ("a\nb", "a\nb\n"),
    "newline goes": ("a\nb\n", "a\nb"),
    "no newline, longer": ("a\nb", "a\nb\nc"),
    "to CRLF": ("a\nb\n", "a\r\nb\r\n"),
    "within CRLF": ("a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n"),
    "bare carriage returns": ("a\rb\rc", "a\rB\rc"),
    "other line ends of Unicode": ("a\u2028b\x0cc\n", "a\u2028B\x0cc\n"),
    "only blank lines": ("\n\n\n", "\n\n\n\n"),
    "beyond the first plane": ("a\n\U0001f600\n", "a\n\U0001f601\n"),
    "like a patch": ("--- a\n+++ b\n@@ -1 +1 @@\n", "--- a\n+++ c\n@@ -1 +1 @@\n\\ No newline at end of file\n"),
    "far apart": ("x\n" * 5 + "a\n" + "x\n" * 50 + "b\n", "x\n" * 5 + "A\n" + "x\n" * 50 + "B\n"),
    "repeated block": ("f {\n}\n" * 5, "f {\n}\n" * 6),
}


def rewritten(rng: random.Random) -> tuple[str, str]:
    """A text of few different lines, and the same with some replaced, moved and gone."""
    old = [f"{rng.randrange(8)}\n" for _ in range(rng.randrange(40))]
    new = list(old)
    for _ in range(rng.randrange(6)):
        place = rng.randrange(len(new) + 1)
        new[place : place + rng.randrange(3)] = [f"{rng.randrange(8)}\n" for _ in range(rng.randrange(3))]
    ends = "".join(old), "".join(new)
    return (ends[0].removesuffix("\n") if rng.random() < 0.3 else ends[0]), (
        ends[1].removesuffix("\n") if rng.random() < 0.3 else ends[1]
    )


@pytest.mark.parametrize(("old", "new"), PAIRS.values(), ids=PAIRS)
def test_what_is_given_makes_the_new_text_of_the_old(old: str, new: str) -> None:
    diff = compare(old.encode(), new.encode(), LIMITS)

    assert diff is not None
    assert rebuilt(diff.hunks, old) == new
    assert applied(old, unified(SIDE, SIDE, diff.hunks)) == new


def test_it_does_so_for_any_text() -> None:
    rng = random.Random(5)
    for _ in range(1_000):
        old, new = rewritten(rng)
        diff = compare(old.encode(), new.encode(), LIMITS)
        assert diff is not None
        assert rebuilt(diff.hunks, old) == new
        assert applied(old, unified(SIDE, SIDE, diff.hunks)) == new
        kinds = [line.kind for hunk in diff.hunks for line in hunk.lines]
        assert (kinds.count(LineKind.ADDED), kinds.count(LineKind.REMOVED)) == (diff.additions, diff.deletions)
        assert diff.line_count == len(kinds)


def test_a_change_is_told_with_its_numbers_and_three_lines_around_it() -> None:
    old = "".join(f"{n}\n" for n in range(1, 101))

    diff = compare(old.encode(), old.replace("50\n", "fifty\n").encode(), LIMITS)

    context = [DiffLine(LineKind.CONTEXT, str(n), n, n) for n in range(47, 54) if n != 50]
    changed = [DiffLine(LineKind.REMOVED, "50", 50, None), DiffLine(LineKind.ADDED, "fifty", None, 50)]
    assert diff is not None
    assert diff.hunks == (DiffHunk(47, 7, 47, 7, (*context[:3], *changed, *context[3:])),)


def test_equal_texts_have_no_hunks() -> None:
    diff = compare(b"a\n", b"a\n", LIMITS)
    assert diff is not None
    assert (diff.hunks, diff.additions, diff.deletions) == ((), 0, 0)


@pytest.mark.parametrize(
    ("old", "new", "is_compared"),
    [
        (b"x\n" * 10, b"y\n" * 10, True),
        (b"x\n" * 11, b"y\n", False),
        (b"x\n", b"y\n" * 11, False),
        (b"x\n" * 40, b"x\n" * 20 + b"y\n" + b"x\n" * 20, True),
        (b"x" * 100, b"y" * 101, False),
    ],
    ids=["as many", "more before", "more behind", "more of what both have", "too many bytes"],
)
def test_only_what_is_within_the_limits_is_compared(old: bytes, new: bytes, is_compared: bool) -> None:
    assert (compare(old, new, DiffLimits(max_bytes=100, max_lines=10)) is not None) is is_compared


def test_what_libgit2_would_call_binary_is_compared_all_the_same() -> None:
    diff = compare(b"\x01\x02\x03\x04\n" * 50, b"\x01\x02\x03\x05\n" * 50, LIMITS)
    assert diff is not None
    assert diff.additions == 50


HOSTILE = """
import random
from aura_gql.files.diffing.compare import compare
from aura_gql.files.diffing.records import DiffLimits
rng, mib = random.Random(1), 1024 * 1024
def lines(count, kinds):
    return b"".join(b"%d\\n" % rng.randrange(kinds) for _ in range(count))
def letters(count):
    return b"\\n".join(map(bytes, zip(rng.choices(range(97, 123), k=count))))
pairs = [(b"same\\n" * 10_000, b"same\\n" * 9_999), (b"same\\n" * 10_000, b"other\\n" + b"same\\n" * 9_998)]
pairs += [(letters(mib // 2), letters(mib // 2))] * 4
pairs += [(b"\\n" * mib, b"x\\n" * (mib // 2)), (b"x" * mib, b"x" * mib + b"y")]
pairs += [(lines(19_000, kinds), lines(19_000, kinds)) for kinds in (2, 4, 30, 1_000, 10**9)]
pairs += [(b"a\\nb\\n" * 9_500, b"b\\na\\n" * 9_500)]
for old, new in pairs:
    compare(old, new, DiffLimits())
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""


def test_what_is_made_to_take_long_does_not() -> None:
    """Unbounded, four of these pairs take 6 seconds of processor time each and 400 MiB."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (15, 15))\n" + HOSTILE
    ended = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    # Not `ru_maxrss`, which begins with what the process had that this one was forked from.
    assert int(ended.stdout) < 250 * 1024
