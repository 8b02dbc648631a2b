"""Names, clashes and counts, whatever the format."""

import pytest

from aura_gql.files.paths import clean_path, path_key
from aura_gql.storage.archives.checks import EntryChecks
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.values import ArchiveLimits, PathRules


def checks(limits: ArchiveLimits | None = None, archive_bytes: int = 100) -> EntryChecks:
    return EntryChecks(limits or ArchiveLimits(), PathRules(clean_path, path_key), archive_bytes)


def test_names_are_made_clean() -> None:
    one = checks()
    assert one.enter("./a\u0308/b", 1, is_folder=False) == "\u00e4/b"
    assert one.enter("\u00e4/", 0, is_folder=True) == "\u00e4"
    assert one.enter("./", 0, is_folder=True) is None
    assert one.enter("other/deep/", 0, is_folder=True) == "other/deep"
    assert one.enter("other/", 0, is_folder=True) == "other"


@pytest.mark.parametrize("name", ["", "a//b", "a/./b", "a/", ".", " a", "a" * 256, "/".join("a" * 33), "a\u202eb"])
def test_names_that_no_file_may_have(name: str) -> None:
    with pytest.raises(ArchiveRefused) as refused:
        checks().enter(name, 0, is_folder=False)
    assert refused.value.rule is ArchiveRule.BAD_NAME


def test_a_folder_is_told_of_once() -> None:
    one = checks()
    one.enter("d/", 0, is_folder=True)
    with pytest.raises(ArchiveRefused, match="there already"):
        one.enter("d/", 0, is_folder=True)


def test_a_folder_can_not_become_a_file() -> None:
    one = checks()
    one.enter("d/x", 0, is_folder=False)
    with pytest.raises(ArchiveRefused) as refused:
        one.enter("D", 0, is_folder=False)
    assert refused.value.rule is ArchiveRule.FILE_AND_FOLDER


def test_bounds_say_resource_limit_and_use() -> None:
    one = checks(ArchiveLimits(max_entries=3, max_file_bytes=5, max_total_bytes=8))
    with pytest.raises(ArchiveRefused) as refused:
        one.enter("large", 6, is_folder=False)
    assert refused.value.details == {
        "rule": "FILE_TOO_LARGE",
        "entry": "large",
        "resource": "fileBytes",
        "limit": 5,
        "used": 6,
    }
    one.enter("a", 5, is_folder=False)
    with pytest.raises(ArchiveRefused) as refused:
        one.enter("b", 4, is_folder=False)
    assert (refused.value.rule, refused.value.details["used"]) == (ArchiveRule.TOO_LARGE, 9)
    one = checks(ArchiveLimits(max_entries=3))
    one.enter("a", 0, is_folder=False)
    with pytest.raises(ArchiveRefused) as refused:
        one.enter("c/d/e", 0, is_folder=False)
    assert refused.value.rule is ArchiveRule.TOO_MANY_ENTRIES
    one.require_count(3)
    with pytest.raises(ArchiveRefused):
        one.require_count(4)


def test_what_really_comes_out_counts_whatever_was_said() -> None:
    one = checks(ArchiveLimits(max_entries=1, max_total_bytes=10, max_ratio=None))
    one.came_out(1024 * 1024)
    with pytest.raises(ArchiveRefused) as refused:
        one.came_out(1024 * 1024)
    assert refused.value.rule is ArchiveRule.TOO_LARGE


def test_the_ratio_counts_beyond_what_does_no_harm() -> None:
    one = checks(ArchiveLimits(max_ratio=10, ratio_from_bytes=5_000))
    one.came_out(5_000)
    with pytest.raises(ArchiveRefused) as refused:
        one.came_out(1)
    assert refused.value.details["used"] == 50
    large = checks(ArchiveLimits(max_ratio=10, ratio_from_bytes=5_000), archive_bytes=5_000)
    large.came_out(50_000)
    with pytest.raises(ArchiveRefused):
        large.came_out(1)
