"""What is written can be read, by us and by the usual programs, and is the same each time."""

import gc
import io
import random
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from aura_gql.files.paths import clean_path, path_key
from aura_gql.storage.archives.reading import format_of, read_archive
from aura_gql.storage.archives.values import ArchiveFormat, ArchiveLimits, Entry, PathRules
from aura_gql.storage.archives.writing import open_archive
from tests.support.full_disk import no_file_over

LONG = "/".join(["folder" * 10] * 5) + "/\u00e4.txt"
FILES = (
    (Entry("empty", is_folder=True), b""),
    (Entry("a.txt", 5), b"hello"),
    (Entry("none", 0), b""),
    (Entry("run.sh", 70_000, True), b"0123456789" * 7_000),
    (Entry(LONG, 3), b"abc"),
)


def written(kind: ArchiveFormat, piece: int = 1_000) -> bytes:
    out = io.BytesIO()
    writer = open_archive(kind, out)
    for entry, data in FILES:
        writer.begin(entry)
        for at in range(0, len(data), piece):
            writer.write(data[at : at + piece])
    writer.close()
    return out.getvalue()


@pytest.mark.parametrize("kind", ArchiveFormat)
def test_what_is_written_can_be_read(kind: ArchiveFormat) -> None:
    file = io.BytesIO(written(kind))
    assert format_of(file) is kind
    found = read_archive(file, ArchiveLimits(), PathRules(clean_path, path_key))
    assert tuple((entry, b"".join(pieces)) for entry, pieces in found) == FILES


@pytest.mark.parametrize("kind", ArchiveFormat)
def test_the_same_files_give_the_same_bytes(kind: ArchiveFormat) -> None:
    data = written(kind)
    # In pieces of another size, as another store may give them.
    assert written(kind, 333) == data


def test_the_usual_library_reads_a_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(written(ArchiveFormat.ZIP))) as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
        assert [info.filename for info in infos] == ["empty/", "a.txt", "none", "run.sh", LONG]
        assert [info.external_attr >> 16 for info in infos] == [0o040755, 0o100644, 0o100644, 0o100755, 0o100644]
        assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
        assert infos[3].compress_size < 7_000


@pytest.mark.parametrize("kind", [ArchiveFormat.TAR, ArchiveFormat.TAR_GZ, ArchiveFormat.TAR_ZST])
def test_the_usual_library_reads_a_tar(kind: ArchiveFormat) -> None:
    data = written(kind)
    if kind is ArchiveFormat.TAR_ZST:
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = archive.getmembers()
        assert [(each.name, each.mode, each.isdir()) for each in members] == [
            ("empty", 0o755, True),
            ("a.txt", 0o644, False),
            ("none", 0o644, False),
            ("run.sh", 0o755, False),
            (LONG, 0o644, False),
        ]
        assert {(each.uid, each.gid, each.uname, each.gname, each.mtime) for each in members} == {
            (0, 0, "", "", 315532800)
        }


def test_the_usual_program_reads_a_tar(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(written(ArchiveFormat.TAR_GZ))
    subprocess.run(["tar", "-xzf", "a.tar.gz"], cwd=tmp_path, check=True)
    assert (tmp_path / LONG).read_bytes() == b"abc"
    assert (tmp_path / "empty").is_dir()


@pytest.mark.parametrize("kind", ArchiveFormat)
def test_a_file_has_the_size_that_was_said(kind: ArchiveFormat) -> None:
    writer = open_archive(kind, io.BytesIO())
    writer.begin(Entry("a", 5))
    writer.write(b"1234")
    with pytest.raises(ValueError, match="fewer"):
        writer.begin(Entry("b"))
    with pytest.raises(ValueError, match="fewer"):
        writer.close()
    writer.abandon()
    more = open_archive(kind, io.BytesIO())
    more.begin(Entry("a", 5))
    with pytest.raises(ValueError, match="more"):
        more.write(b"123456")
    more.abandon()


@pytest.mark.parametrize("kind", ArchiveFormat)
def test_an_archive_can_be_abandoned_on_a_full_disk(kind: ArchiveFormat, tmp_path: Path) -> None:
    with (tmp_path / "archive").open("w+b") as out:
        writer = open_archive(kind, out)
        with no_file_over(1_000):
            writer.begin(Entry("a", 1_000_000))
            with pytest.raises(OSError, match="too large"):
                writer.write(random.randbytes(1_000_000))
            writer.abandon()
    del writer  # It must not try to end the archive now that its file is closed.
    gc.collect()


def test_formats_tell_what_they_are() -> None:
    assert [kind.extension for kind in ArchiveFormat] == [".zip", ".tar", ".tar.gz", ".tar.zst"]
    assert {kind.content_type for kind in ArchiveFormat} >= {"application/zip", "application/zstd"}
