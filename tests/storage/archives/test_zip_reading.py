"""Zips of honest programs are read, however they were written."""

import io
import zipfile
import zlib

import pytest

from aura_gql.storage.archives.checks import EntryChecks
from aura_gql.storage.archives.errors import ArchiveRefused
from aura_gql.storage.archives.values import ArchiveLimits, Entry, PathRules
from aura_gql.storage.archives.zip_reading import read_zip

CONTENT = b"text " * 5_000


def read(data: bytes) -> list[tuple[Entry, bytes]]:
    checks = EntryChecks(ArchiveLimits(), PathRules(str, str), len(data))
    return [(entry, b"".join(pieces)) for entry, pieces in read_zip(io.BytesIO(data), checks)]


class _Pipe(io.RawIOBase):
    """What can't seek, for which writers put sizes behind the bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        size = len(self.data)
        self.data += memoryview(data)  # type: ignore[arg-type]
        return len(self.data) - size


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_reads_what_was_written_into_a_pipe_or_a_file(method: int, wide: bool) -> None:
    pipe, file = _Pipe(), io.BytesIO()
    for out in (pipe, file):
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.mkdir("d")
            with archive.open("d/text", "w", force_zip64=wide) as entry:
                entry.write(CONTENT)
            archive.writestr(zipfile.ZipInfo("empty"), b"")
    for data in (bytes(pipe.data), file.getvalue()):
        assert [(entry.path, content) for entry, content in read(data)] == [
            ("d", b""),
            ("d/text", CONTENT),
            ("empty", b""),
        ]


def test_the_executable_bit_is_the_owners() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for mode in (0o100755, 0o100644, 0):
            info = zipfile.ZipInfo(f"{mode:o}")
            info.external_attr = mode << 16
            archive.writestr(info, b"x")
    assert [entry.executable for entry, _ in read(out.getvalue())] == [True, False, False]


def test_a_descriptor_that_lies_is_refused() -> None:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        archive.writestr("a", b"hello")
    mark = b"PK\x07\x08" + zlib.crc32(b"hello").to_bytes(4, "little")
    assert mark in pipe.data
    with pytest.raises(ArchiveRefused, match="no entry"):
        read(bytes(pipe.data).replace(mark, mark[:-1] + b"?"))
