"""What headers of tar archives say, as the usual library writes them."""

import tarfile
from typing import Literal

import pytest

from aura_gql.storage.archives.tar_headers import BLOCK, is_sound, octal, pax_records, plain_name

LONG = "folder/" * 20 + "ä.txt"


def header(name: str, kind: Literal[0, 1, 2] = tarfile.USTAR_FORMAT) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = 0o1234, 0o755
    return info.tobuf(kind)


def test_a_header() -> None:
    block = header("a.txt")
    assert len(block) == BLOCK
    assert (is_sound(block), is_sound(b"b" + block[1:])) == (True, False)
    assert (octal(block[124:136]), octal(block[100:108])) == (0o1234, 0o755)
    assert plain_name(block) == b"a.txt"
    assert plain_name(header(LONG)).decode() == LONG
    # Only ustar has a prefix there.
    assert plain_name(block[:257] + b"ustar  " + block[264:345] + b"x" + block[346:]) == b"a.txt"


@pytest.mark.parametrize(
    ("field", "number"), [(b"", 0), (b" 17\0 ", 15), (b"8", None), (b"-1", None), (b"\x801", None)]
)
def test_numbers_are_octal(field: bytes, number: int | None) -> None:
    assert octal(field) == number


def test_an_extended_header() -> None:
    blocks = header("ä" * 200, tarfile.PAX_FORMAT)
    size = octal(blocks[124:136])
    assert pax_records(blocks[BLOCK : BLOCK + (size or 0)]) == [("path", "ä".encode() * 200)]
    assert pax_records(b"") == []
    assert pax_records(b"8 a=b=c\n6 d=e\n") == [("a", b"b=c"), ("d", b"e")]


@pytest.mark.parametrize(
    "value",
    [
        b"x",
        b"6 a=b",
        b"6 a=b\n7 a=b\n",
        b"5 a=b\n",
        b"7 a=bc",
        b"6 abc\n",
        b"-6 a=b\n",
        b"0 a=b\n",
        b"0000006 a=b\n",
        b"6",
    ],
)
def test_one_that_is_damaged(value: bytes) -> None:
    assert pax_records(value) is None
