"""What two texts begin and end with."""

import random

import pytest

from aura_gql.files.diffing.ends import common_ends


@pytest.mark.parametrize(
    ("old", "new", "ends"),
    [
        (b"a\nb\nc\n", b"a\nX\nc\n", (2, 2)),
        (b"a\nb\nc\n", b"a\nb\nc\n", (6, 0)),
        (b"", b"a\n", (0, 0)),
        (b"a\n" * 4, b"a\n" * 6, (8, 0)),
        (b"xa\nend", b"ya\nend", (0, 3)),
        (b"a\nb", b"a\nb\n", (2, 0)),
    ],
)
def test_whole_lines_that_both_have_are_left_out(old: bytes, new: bytes, ends: tuple[int, int]) -> None:
    assert common_ends(old, new, 0) == ends


def test_lines_next_to_what_differs_stay() -> None:
    old = b"".join(b"%02d\n" % n for n in range(20))
    assert common_ends(old, old.replace(b"10\n", b"xx\n"), 3) == (7 * 3, 6 * 3)
    assert common_ends(old, old.replace(b"01\n", b"xx\n").replace(b"18\n", b"yy\n"), 3) == (0, 0)


def test_the_ends_are_those_of_both_and_never_overlap() -> None:
    rng = random.Random(3)
    for _ in range(2_000):
        old, new = (bytes(rng.choice(b"a\n") for _ in range(rng.randrange(12))) for _ in range(2))
        head, tail = common_ends(old, new, rng.randrange(2))
        assert head + tail <= min(len(old), len(new))
        assert old[:head] == new[:head]
        assert old[len(old) - tail :] == new[len(new) - tail :]
        assert head == 0 or old[head - 1 : head] == b"\n"
        assert tail == 0 or old[len(old) - tail - 1 : len(old) - tail] == b"\n"
