"""Tars of honest programs are read, however they were written."""

import io
import tarfile
from collections.abc import Iterator

import pytest

from aura_gql.storage.archives.checks import EntryChecks
from aura_gql.storage.archives.tar_reading import is_header, read_tar
from aura_gql.storage.archives.values import ArchiveLimits, Entry, PathRules
from tests.support.tars import member, raw, tar_of


def read(data: bytes, size: int = 700) -> list[tuple[Entry, bytes]]:
    def pieces() -> Iterator[bytes]:
        for at in range(0, len(data), size):
            yield data[at : at + size]

    checks = EntryChecks(ArchiveLimits(), PathRules(str, str), len(data))
    return [(entry, b"".join(each)) for entry, each in read_tar(pieces(), checks)]


@pytest.mark.parametrize("tar_format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("size", [1, 511, 513, 1_000_000])
def test_reads_what_the_usual_programs_write(tar_format: int, size: int) -> None:
    long = "/".join(["folder" * 10] * (2 if tar_format == tarfile.USTAR_FORMAT else 5)) + "/\u00e4"
    executable = member("run")
    executable.mode = 0o755
    data = tar_of(
        (member(".", tarfile.DIRTYPE), b""),
        (member("./d", tarfile.DIRTYPE), b""),
        (executable, b"x" * 1_000),
        (member(long), b"y"),
        tar_format=tar_format,
    )
    assert read(data, size) == [
        (Entry("d", is_folder=True), b""),
        (Entry("run", 1_000, True), b"x" * 1_000),
        (Entry(long, 1), b"y"),
    ]


def test_reads_what_hosts_of_repositories_write() -> None:
    out = io.BytesIO()
    head = {"comment": "5f3c0ffee"}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers=head) as archive:
        archive.addfile(member("top", tarfile.DIRTYPE))
    assert read(out.getvalue()) == [(Entry("top", is_folder=True), b"")]


def test_an_old_folder_is_one_by_its_name() -> None:
    assert read(raw(b"d/", b"\0", 0) + bytes(1024)) == [(Entry("d", is_folder=True), b"")]


def test_headers_are_told_by_their_checksum() -> None:
    assert is_header(raw(b"a", b"0", 0))
    assert is_header(bytes(512))
    assert not is_header(raw(b"a", b"0", 0)[:-1] + b"x")
    assert not is_header(raw(b"a", b"0", 0)[:-1])
