"""Versions of files."""

import pytest
from bson import ObjectId

from aura_gql.files.errors import VersionConflict
from aura_gql.files.records import FileRecord
from aura_gql.files.versions import check_version, scope_of
from aura_gql.kernel.clock import utcnow

PROJECT = ObjectId("0123456789abcdef01234567")
FIRST = FileRecord(PROJECT, "a.py", 1, 7, "1", 3, False, scope_of(PROJECT), "python", False, utcnow(), "ada")


def test_a_project_has_a_scope() -> None:
    assert FIRST.scope == "projects/0123456789abcdef01234567"


@pytest.mark.parametrize(("current", "expected"), [(None, 1), (FIRST, 0), (FIRST, 2)])
def test_an_edit_of_another_version_is_told_the_present_one(current: FileRecord | None, expected: int) -> None:
    with pytest.raises(VersionConflict) as caught:
        check_version(current, expected)
    known = (1, "1") if current else (0, None)
    assert tuple(caught.value.details.values()) == known
    check_version(current, known[0])
