"""Versions of files."""

import pytest
from bson import ObjectId

from aura_gql.files.errors import VersionConflict
from aura_gql.files.records import FileRecord, StorageTotals
from aura_gql.files.versions import FileFacts, check_version, growth_of, is_same, next_record, scope_of
from aura_gql.storage.ports import BlobKey

PROJECT = ObjectId("0123456789abcdef01234567")


def record(sha256: str, size: int, executable: bool | None, current: FileRecord | None = None) -> FileRecord:
    facts = FileFacts("a.py", BlobKey(scope_of(PROJECT), sha256), size, False, executable)
    return next_record(current, PROJECT, facts, "ada")


def test_versions_follow_each_other() -> None:
    first = record("1", 10, True)
    second = record("2", 7, None, first)
    third = record("2", 7, False, second)
    assert [(file.version, file.executable) for file in (first, second, third)] == [(1, True), (2, True), (3, False)]
    assert (first.language, first.scope) == ("python", "projects/0123456789abcdef01234567")
    assert [growth_of(None, first), growth_of(first, second)] == [StorageTotals(1, 10), StorageTotals(0, -3)]
    assert not is_same(first, second)
    assert not is_same(second, third)
    assert is_same(second, record("2", 7, True))


@pytest.mark.parametrize(("current", "expected"), [(None, 1), (record("1", 1, None), 0), (record("1", 1, None), 2)])
def test_an_edit_of_another_version_is_told_the_present_one(current: FileRecord | None, expected: int) -> None:
    with pytest.raises(VersionConflict) as caught:
        check_version(current, expected)
    known = (1, "1") if current else (0, None)
    assert tuple(caught.value.details.values()) == known
    check_version(current, known[0])
