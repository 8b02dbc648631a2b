"""Lines come out whole, however they come in."""

import random

from aura_gql.sandboxes.providers.remote.wire.frames import MAX_LINE_BYTES
from aura_gql.sandboxes.providers.remote.wire.lines import LineReader


def test_lines_in_pieces_of_any_size() -> None:
    text = b"one\n\ntwo\r\nthree\nfour"
    for seed in range(100):
        chance, reader, found, left = random.Random(seed), LineReader(), list[bytes](), text
        while left:
            size = chance.randint(1, 5)
            found += reader.feed(left[:size])
            left = left[size:]
        assert found == [b"one", b"", b"two", b"three"]
        assert list(reader.feed(b"\n")) == [b"four"]


def test_a_line_without_an_end_is_thrown_away() -> None:
    reader = LineReader()
    for _ in range(100):
        assert list(reader.feed(b"x" * 10_000)) == []
    assert list(reader.feed(b"\nnext\n")) == [b"next"]
    assert list(reader.feed(b"y" * MAX_LINE_BYTES + b"\n")) == [b"y" * MAX_LINE_BYTES]
    assert list(reader.feed(b"z" * (MAX_LINE_BYTES + 1) + b"\nlast\n")) == [b"last"]
