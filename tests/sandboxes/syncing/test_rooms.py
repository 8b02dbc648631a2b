"""Bounds of a project, and paths that can't stand side by side."""

import pytest

from aura_gql.files.limits import FileLimits
from aura_gql.sandboxes.syncing.rooms import Room, broken_rule, clashes
from tests.support.syncing import a_file


def test_a_room_counts_what_it_takes_and_what_goes() -> None:
    old = a_file("a", b"1234")
    room = Room(FileLimits(max_files=2, max_project_bytes=10), [old])
    assert room.refusal(None, 7) == "The project's files would have more than 10 bytes together."
    assert room.refusal(None, 6) is None
    room.take(None, 4)
    assert room.refusal(None, 0) == "The project would have more than 2 files."
    assert room.refusal(old, 6) is None
    room.give_back(old)
    assert room.refusal(None, 6) is None
    room.take(None, 6)
    assert room.refusal(old, 4) == "The project's files would have more than 10 bytes together."


@pytest.mark.parametrize("path", ["a", "a/b.txt", "ä"])
def test_paths_that_a_project_can_have(path: str) -> None:
    assert broken_rule(path) is None


@pytest.mark.parametrize("path", ["back\\slash", "e\u0301", "a/.git", "a\nb", " a"])
def test_paths_that_it_can_not_have(path: str) -> None:
    assert broken_rule(path)


@pytest.mark.parametrize(
    ("new", "present", "clashing"),
    [
        (["a", "b"], [], []),
        (["A", "a"], [], ["a"]),
        (["a"], ["A"], ["a"]),
        (["a/x", "a/y"], ["a"], ["a/x", "a/y"]),
        (["a"], ["a/x"], ["a"]),
        (["a/x"], ["A/y"], ["a/x"]),
        (["d/x"], ["d/"], []),
        (["d"], ["d/"], ["d"]),
    ],
)
def test_clashes(new: list[str], present: list[str], clashing: list[str]) -> None:
    assert [path for path, _ in clashes(new, present)] == clashing
