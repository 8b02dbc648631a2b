"""The directory of a zip is read as it stands, 64-bit sizes included."""

import io
import zipfile

import pytest

from aura_gql.storage.archives.checks import EntryChecks
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.values import ArchiveLimits, PathRules
from aura_gql.storage.archives.zip_directory import FULL_32, read_directory, wide_fields
from tests.support.hostile_archives import many_entries, zip_of

CHECKS = EntryChecks(ArchiveLimits(), PathRules(str, str), 1)


def test_entries_come_in_the_order_of_the_file() -> None:
    data = zip_of(("b", b"12"), ("a", b"3"))
    entries, directory_at = read_directory(io.BytesIO(data), CHECKS)
    assert [(entry.name, entry.size, entry.offset) for entry in entries] == [("b", 2, 0), ("a", 1, 33)]
    assert data[directory_at:].startswith(b"PK\x01\x02")


def test_a_64_bit_end_is_believed_where_both_agree() -> None:
    entries, _ = read_directory(io.BytesIO(many_entries(3)), CHECKS)
    assert len(entries) == 3


def test_an_end_with_a_comment_is_an_end() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"x")
        archive.comment = b"PK\x05\x06 is not here"
    with pytest.raises(ArchiveRefused) as refused:
        read_directory(io.BytesIO(out.getvalue()), CHECKS)
    assert refused.value.rule is ArchiveRule.TRUNCATED
    calm = out.getvalue().replace(b"PK\x05\x06 is not here", b"PK is quite calm")
    assert len(read_directory(io.BytesIO(calm), CHECKS)[0]) == 1


def test_wide_fields_stand_in_their_order() -> None:
    extra = b"\x55\x54\x01\x00x" + b"\x01\x00\x10\x00" + (7).to_bytes(8, "little") + (9).to_bytes(8, "little")
    assert wide_fields(extra, (FULL_32, 5, FULL_32), "a") == [7, 5, 9]
    with pytest.raises(ArchiveRefused):
        wide_fields(extra, (FULL_32, FULL_32, FULL_32), "a")
    with pytest.raises(ArchiveRefused, match="longer"):
        wide_fields(b"\x01\x00\x11\x00" + bytes(16), (FULL_32,), "a")
