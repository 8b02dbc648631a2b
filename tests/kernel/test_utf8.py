"""UTF-8 that comes in pieces."""

import pytest

from aura_gql.kernel.utf8 import incomplete_tail


@pytest.mark.parametrize(
    ("data", "tail"),
    [
        (b"", 0),
        (b"abc", 0),
        ("é".encode(), 0),
        ("é".encode()[:1], 1),
        (b"a" + "€".encode()[:1], 1),
        (b"a" + "€".encode()[:2], 2),
        ("😀".encode()[:3], 3),
        ("😀".encode(), 0),
        (b"\xff", 0),
        (b"\x80\x80\x80\x80", 0),
        (b"\xc0", 0),
        (b"\xf5\x80", 0),
        (b"\xe2a", 0),
    ],
)
def test_incomplete_tail(data: bytes, tail: int) -> None:
    assert incomplete_tail(data) == tail
