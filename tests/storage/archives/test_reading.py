"""Each hostile archive is refused by the rule that it breaks, the honest are read, and neither takes memory."""

import io
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from aura_gql.files.paths import clean_path, path_key
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.reading import format_of, read_archive
from aura_gql.storage.archives.values import ArchiveFormat, ArchiveLimits, PathRules
from tests.support import hostile_archives
from tests.support.hostile_archives import TRICKS, zip_of
from tests.support.tars import member, tar_of

RULES = PathRules(clean_path, path_key)
_MIB = 1024 * 1024


def read(data: bytes, limits: ArchiveLimits | None = None) -> dict[str, bytes]:
    found = read_archive(io.BytesIO(data), limits or ArchiveLimits(), RULES)
    return {entry.path: b"".join(pieces) for entry, pieces in found}


def pass_over(data: bytes) -> None:
    for _, pieces in read_archive(io.BytesIO(data), hostile_archives.LIMITS, RULES):
        for _ in pieces:
            pass


@pytest.mark.parametrize("name", TRICKS)
def test_refuses_each_trick_by_rule_and_entry(name: str) -> None:
    trick = TRICKS[name]
    data = trick.make()
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveRefused) as refused:
            pass_over(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.rule is trick.rule
    assert refused.value.details["rule"] == trick.rule.value
    if trick.entry is not None:
        assert refused.value.entry == trick.entry
        assert repr(trick.entry) in refused.value.message
    assert peak < 12 * _MIB


def test_a_hundred_thousand_entries_are_refused_before_any_is_read() -> None:
    data = hostile_archives.many_entries(100_000)
    file = _Counting(data)
    with pytest.raises(ArchiveRefused) as refused:
        next(read_archive(file, ArchiveLimits(), RULES))
    assert refused.value.rule is ArchiveRule.TOO_MANY_ENTRIES
    assert refused.value.details["resource"] == "entries"
    assert refused.value.details["limit"] == 10_000
    assert file.taken < 100_000


@pytest.mark.parametrize("name", ["zip slip", "absolute", "symlink"])
def test_the_plain_way_falls_for_it(name: str, tmp_path: Path) -> None:
    """The control: what trusts names writes outside the folder, or makes of the entry what it is not."""
    data = hostile_archives.ZIPS[name].make()
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            goes_to = tmp_path / "in" / info.filename.replace("/etc", str(tmp_path / "etc"))
            goes_to.parent.mkdir(parents=True, exist_ok=True)
            goes_to.resolve().parent.mkdir(parents=True, exist_ok=True)
            goes_to.write_bytes(archive.read(info))
    written = [path for path in tmp_path.parent.rglob("*") if path.is_file()]
    assert written
    inside = [path for path in written if path.is_relative_to(tmp_path / "in")]
    assert not inside or inside[0].read_bytes() == b"/etc/passwd"


@pytest.mark.parametrize("name", ["other local size", "hidden entry", "trailing", "twice by case"])
def test_the_usual_library_takes_it(name: str) -> None:
    """The control for what the standard library does not look at, or looks at only where it must."""
    with zipfile.ZipFile(io.BytesIO(hostile_archives.ZIPS[name].make())) as archive:
        assert archive.namelist()
        archive.read(archive.namelist()[-1])


@pytest.mark.parametrize("name", ["damaged later", "no end", "gzip trailing"])
def test_the_usual_library_takes_a_damaged_tar(name: str) -> None:
    with tarfile.open(fileobj=io.BytesIO(hostile_archives.TARS[name].make())) as archive:
        assert archive.getnames() == ["a.txt"]


def test_what_is_told_apart_by_bytes() -> None:
    assert format_of(io.BytesIO(zip_of(("a", b"")))) is ArchiveFormat.ZIP
    assert format_of(io.BytesIO(zip_of())) is ArchiveFormat.ZIP
    assert format_of(io.BytesIO(tar_of())) is ArchiveFormat.TAR
    with pytest.raises(ArchiveRefused):
        format_of(io.BytesIO(b"x" * 511))


def test_an_archive_that_unpacks_to_much_is_taken_where_that_is_allowed() -> None:
    data = hostile_archives.zip_bomb(20 * _MIB)
    limits = ArchiveLimits(max_file_bytes=20 * _MIB, max_ratio=None)
    assert read(data, limits) == {"zeros": bytes(20 * _MIB)}
    with pytest.raises(ArchiveRefused) as refused:
        read(data, ArchiveLimits(max_file_bytes=20 * _MIB, max_ratio=900))
    assert refused.value.rule is ArchiveRule.RATIO


def test_entries_that_are_passed_over_are_still_checked() -> None:
    damaged = zip_of(("a", b"first"), ("b", b"second")).replace(b"first", b"worst")
    with pytest.raises(ArchiveRefused, match="checksum"):
        list(read_archive(io.BytesIO(damaged), ArchiveLimits(), RULES))
    assert [entry.path for entry, _ in read_archive(io.BytesIO(tar_of((member("a"), b"x"))), ArchiveLimits(), RULES)]


class _Counting(io.BytesIO):
    """Counts the bytes that are read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data
