"""A whole archive is looked through before anything of it is used."""

import hashlib
import io

import pytest

from aura_gql.files.paths import clean_path, path_key
from aura_gql.kernel.languages import is_binary
from aura_gql.storage.archives.errors import ArchiveRefused
from aura_gql.storage.archives.inspection import Inspection, inspect
from aura_gql.storage.archives.values import ArchiveFormat, ArchiveLimits, PathRules
from tests.support.hostile_archives import zip_of


def inspection(*members: tuple[str, bytes]) -> Inspection:
    return inspect(io.BytesIO(zip_of(*members, mode=0)), ArchiveLimits(), PathRules(clean_path, path_key))


def paths(found: Inspection) -> list[str]:
    return [checked.entry.path for checked in found.entries]


def test_tells_what_is_in_it() -> None:
    found = inspection(("d/", b""), ("d/a", b"text"), ("b", b"\xff"))
    assert (found.format, found.file_count, found.total_bytes) == (ArchiveFormat.ZIP, 2, 5)
    folder, text, binary = found.entries
    assert (folder.sha256, text.sha256) == ("", hashlib.sha256(b"text").hexdigest())
    assert (folder.is_binary, text.is_binary, binary.is_binary) == (False, False, True)


@pytest.mark.parametrize(
    "data",
    [b"", b"a\0b", "\u00e4".encode() * 40_000, b"x" + "\U0001f600".encode() * 17_000, b"ok \xe2\x82", b"\xc3(" * 9],
)
def test_tells_text_as_the_rest_of_the_server_does(data: bytes) -> None:
    assert inspection(("a", data)).entries[0].is_binary is is_binary(data)


def test_the_last_entry_counts_as_much_as_the_first() -> None:
    with pytest.raises(ArchiveRefused):
        inspection(("a", b"x"), ("../b", b"x"))


def test_the_one_folder_around_everything_can_go() -> None:
    assert paths(inspection(("top/", b""), ("top/a", b""), ("top/d/b", b"")).stripped()) == ["a", "d/b"]
    assert paths(inspection(("one/a", b""), ("two/a", b"")).stripped()) == ["one/a", "two/a"]
    assert paths(inspection(("top/a", b""), ("a", b"")).stripped()) == ["top/a", "a"]
    assert paths(inspection(("a", b"")).stripped()) == ["a"]
    assert paths(inspection().stripped()) == []
