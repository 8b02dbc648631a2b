"""The files of a repository's archive, folder by folder."""

import gzip
import io
from collections.abc import Mapping

import pytest

from aura_gql.files.archives.unpacking import PATH_RULES
from aura_gql.storage.archives.errors import ArchiveRefused
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.templates.errors import TemplateSourceRefused
from aura_gql.templates.sources.starters.walking import folders
from tests.support.github.archives import repository_archive
from tests.support.hostile_archives import LIMITS, TRICKS, zip_of
from tests.support.tars import member, tar_of

Found = dict[str, dict[str, tuple[bytes, bool]]]


def walk(data: bytes, limits: ArchiveLimits = LIMITS) -> Found:
    return {
        folder: {each.path: (b"".join(each.data), each.executable) for each in members}
        for folder, members in folders(io.BytesIO(data), limits, PATH_RULES)
    }


def plain(files: Mapping[str, bytes]) -> bytes:
    return gzip.compress(tar_of(*((member(path), data) for path, data in files.items())), 1)


def test_files_come_by_folder_and_those_of_the_root_not_at_all() -> None:
    data = repository_archive(
        {"README.md": b"1", "a/x": b"2", "a/b/run.sh": b"3", "c/x": b""}, executable=["a/b/run.sh"]
    )
    assert walk(data) == {"a": {"x": (b"2", False), "b/run.sh": (b"3", True)}, "c": {"x": (b"", False)}}


def test_the_folder_about_everything_may_have_any_name_and_the_archive_any_format() -> None:
    assert walk(plain({"any name/a/x": b"1"})) == walk(zip_of(("main/a/x", b"1"))) == {"a": {"x": (b"1", False)}}


def test_bytes_that_nobody_reads_are_passed_over() -> None:
    data = repository_archive({"a/large": b"1" * 200_000, "b/x": b"2"})
    assert [folder for folder, _ in folders(io.BytesIO(data), LIMITS, PATH_RULES)] == ["a", "b"]


@pytest.mark.parametrize(
    "files",
    [
        {"one/a/x": b"", "two/a/x": b""},
        {"file": b""},
        {"one/a/x": b"", "file": b""},
        {"one/a/x": b"", "one/b/x": b"", "one/a/y": b""},
    ],
    ids=["two folders", "file alone", "file beside", "apart"],
)
def test_another_layout_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(TemplateSourceRefused, match="archive"):
        walk(plain(files))


@pytest.mark.parametrize(
    "trick",
    [
        "tar: upwards",
        "tar: symlink",
        "tar: gzip bomb",
        "zip: folders by case",
        "text",
    ],
)
def test_a_trick_is_refused_by_its_rule(trick: str) -> None:
    with pytest.raises(ArchiveRefused) as refused:
        walk(TRICKS[trick].make())
    assert refused.value.rule is TRICKS[trick].rule
