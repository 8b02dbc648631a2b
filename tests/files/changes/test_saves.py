"""What those who follow the files are told of a revision."""

import pytest

from aura_gql.files.changes.saves import changes_of
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFolder
from tests.files.writing.plans import file, put, versions

FILES = [file("a", "A"), file("b", "B"), file("c", "C"), file("d/"), file("d/x"), file("d/e/y")]


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([put("a"), put("new"), PutFolder("f")], ["MODIFIED a", "CREATED f", "CREATED new"]),
        ([DeletePath("d")], ["DELETED d/x", "DELETED d/e/y", "DELETED d"]),
        ([MovePath("a", "z")], ["MOVED z from a"]),
        ([MovePath("a", "z"), put("a")], ["MOVED z from a", "MODIFIED a"]),
        ([DeletePath("b"), MovePath("a", "b")], ["MOVED b from a"]),
        (
            [MovePath("a", "t"), MovePath("b", "a"), MovePath("c", "b"), MovePath("t", "z")],
            ["MOVED z from a", "MOVED a from b", "MOVED b from c"],
        ),
        (
            [MovePath("a", "t"), MovePath("b", "a"), MovePath("t", "b"), MovePath("c", "z")],
            ["MOVED z from c", "MODIFIED a", "MODIFIED b"],
        ),
    ],
)
def test_changes_can_be_made_one_after_the_other(operations: list[Operation], expected: list[str]) -> None:
    changes = changes_of(versions(FILES, operations))
    assert [
        f"{change.kind} {change.path}" + (f" from {change.from_path}" if change.from_path else "") for change in changes
    ] == expected
    assert {change.revision for change in changes} == {10}
