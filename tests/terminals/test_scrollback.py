"""The ring of what a terminal showed last."""

import random
from datetime import UTC, datetime

import pytest

from aura_gql.terminals.records import TerminalGap, TerminalOutput
from aura_gql.terminals.scrollback import BYTES_PER_CHUNK, MAX_CHUNK_BYTES, Scrollback, from_a_start

AT = datetime(2026, 1, 2, tzinfo=UTC)
ALL = 1 << 30


def test_gives_what_is_behind_any_chunk() -> None:
    ring = Scrollback(10_000)
    assert ring.behind(0, ALL) is None
    for data in (b"one", b"two", b"three"):
        ring.add(data, AT)
    assert ring.behind(0, ALL) == TerminalOutput(1, 3, b"onetwothree", AT)
    assert ring.behind(1, ALL) == TerminalOutput(2, 3, b"twothree", AT)
    assert ring.behind(1, 3) == TerminalOutput(2, 2, b"two", AT)
    assert ring.behind(2, 1) == TerminalOutput(3, 3, b"three", AT)
    assert ring.behind(3, ALL) is None


def test_forgets_the_oldest_and_says_so() -> None:
    ring = Scrollback(320)
    for number in range(100):
        ring.add(b"%031d\n" % number, AT)
    assert (ring.first, ring.last) == (91, 100)
    assert ring.behind(0, ALL) == TerminalGap(1, 90)
    assert ring.behind(50, ALL) == TerminalGap(51, 90)
    output = ring.behind(90, ALL)
    assert isinstance(output, TerminalOutput)
    assert output.data.startswith(b"%031d\n" % 90)


def test_many_small_chunks_are_bounded_too() -> None:
    ring = Scrollback(100 * BYTES_PER_CHUNK)
    for _ in range(1000):
        ring.add(b"x", AT)
    assert ring.last - ring.first + 1 == 100


def test_one_large_output_is_kept_at_least_in_part() -> None:
    ring = Scrollback(4096)
    ring.add(b"y" * 100_000, AT)
    output = ring.behind(ring.first - 1, ALL)
    assert isinstance(output, TerminalOutput)
    assert output.data


def test_large_output_is_cut_between_lines_or_characters() -> None:
    ring = Scrollback(10 * MAX_CHUNK_BYTES)
    ring.add(b"a" * 100 + b"\n" + b"b" * MAX_CHUNK_BYTES + "€".encode() * MAX_CHUNK_BYTES, AT)
    chunks = []
    for number in range(ring.last):
        output = ring.behind(number, 1)
        assert isinstance(output, TerminalOutput)
        chunks.append(output.data)
    assert chunks[0] == b"a" * 100 + b"\n"
    assert "".join(chunk.decode() for chunk in chunks[1:]).endswith("€")
    assert max(len(chunk) for chunk in chunks) <= MAX_CHUNK_BYTES


@pytest.mark.parametrize(
    ("data", "rest"),
    [
        (b"31mred\r\nnext line", b"next line"),
        (b"1;31m text \x1b[0m more", b"\x1b[0m more"),
        (b"neither", b"neither"),
        (b"x" * 5000 + b"\n", b"x" * 5000 + b"\n"),
        (b"\n", b""),
    ],
)
def test_what_lost_its_beginning_starts_where_it_makes_sense(data: bytes, rest: bytes) -> None:
    assert from_a_start(data) == rest


def test_a_reader_who_comes_now_and_then_gets_each_chunk_once_or_is_told() -> None:
    chance = random.Random(7)
    for _ in range(200):
        ring, written, seen, read = Scrollback(chance.randint(1, 4000)), b"", 0, b""
        for _ in range(chance.randint(1, 60)):
            data = chance.randbytes(chance.randint(1, 90))
            written += data
            ring.add(data, AT)
            while chance.random() < 0.5 and (event := ring.behind(seen, chance.randint(1, 200))):
                assert event.first == seen + 1
                read = b"" if isinstance(event, TerminalGap) else read + event.data
                seen = event.last
        while event := ring.behind(seen, ALL):
            assert event.first == seen + 1
            read = b"" if isinstance(event, TerminalGap) else read + event.data
            seen = event.last
        assert seen == ring.last
        assert written.endswith(read)
