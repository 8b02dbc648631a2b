"""Chunks: no byte lost, none split within a character, lines kept whole."""

import random

import pytest

from aura_gql.executions.assembler import MAX_CHUNK_BYTES, OutputAssembler, cut
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.values import OutputStream

OUT, ERR = OutputStream.STDOUT, OutputStream.STDERR


def test_cut_prefers_the_last_newline() -> None:
    assert cut(b"a" * 100 + b"\n" + b"b" * MAX_CHUNK_BYTES) == 101
    assert cut(b"a" * (2 * MAX_CHUNK_BYTES)) == MAX_CHUNK_BYTES
    assert cut(b"a" + "é".encode() * MAX_CHUNK_BYTES) == MAX_CHUNK_BYTES - 1


def drain(assembler: OutputAssembler) -> list[tuple[OutputStream, bytes]]:
    """Everything pending."""
    return [(chunk.stream, bytes(chunk.data)) for chunk in assembler.take(1 << 30, 1 << 30)]


def test_writes_of_one_stream_become_one_chunk_until_the_other_comes_between() -> None:
    assembler = OutputAssembler()
    for stream, data in [(OUT, b"a"), (OUT, b"b"), (ERR, b"c"), (OUT, b"d")]:
        assembler.feed(stream, data, utcnow())
    assert assembler.size == 4
    assert drain(assembler) == [(OUT, b"ab"), (ERR, b"c"), (OUT, b"d")]
    assert assembler.size == 0


def test_a_character_waits_for_its_rest_though_the_other_stream_writes() -> None:
    assembler = OutputAssembler()
    euro = "€".encode()
    assembler.feed(OUT, euro[:2], utcnow())
    assembler.feed(ERR, b"x", utcnow())
    assert drain(assembler) == [(ERR, b"x")]
    assembler.feed(OUT, euro[2:], utcnow())
    assert drain(assembler) == [(OUT, euro)]


def test_what_waits_goes_out_at_the_end() -> None:
    assembler = OutputAssembler()
    assembler.feed(OUT, b"\xf0\x9f", utcnow())
    assert drain(assembler) == []
    assembler.finish(utcnow())
    assert drain(assembler) == [(OUT, b"\xf0\x9f")]


def test_take_keeps_to_its_bounds() -> None:
    assembler = OutputAssembler()
    for number in range(10):
        assembler.feed(OUT if number % 2 else ERR, b"x" * 10, utcnow())
    assert len(assembler.take(1 << 20, 3)) == 3
    assert len(assembler.take(25, 100)) == 2
    assert len(assembler.take(1, 100)) == 1
    assert assembler.count == 4
    assert assembler.size == 40


@pytest.mark.parametrize("seed", range(30))
def test_any_bytes_in_any_pieces_come_out_as_they_are(seed: int) -> None:
    chance = random.Random(seed)
    alphabet = ["a", "\n", "é", "€", "😀"]
    written = {OUT: b"", ERR: b""}
    read = {OUT: b"", ERR: b""}
    assembler = OutputAssembler()
    for _ in range(200):
        stream = chance.choice([OUT, ERR])
        text = "".join(chance.choices(alphabet, k=chance.randrange(1, 40))) * chance.choice([1, 1, 900])
        data = text.encode() if seed % 3 else chance.randbytes(chance.randrange(1, 40_000))
        while data:
            piece = data[: chance.randrange(1, 60_000)]
            data = data[len(piece) :]
            written[stream] += piece
            assembler.feed(stream, piece, utcnow())
            for chunk in assembler.take(chance.randrange(1, 100_000), chance.randrange(1, 5)):
                assert 0 < len(chunk.data) <= MAX_CHUNK_BYTES
                if seed % 3:
                    chunk.data.decode()
                read[chunk.stream] += chunk.data
    assembler.finish(utcnow())
    for chunk in assembler.take(1 << 30, 1 << 30):
        read[chunk.stream] += chunk.data
    assert read == written
    assert assembler.size == 0


def test_a_line_ends_where_its_newline_is() -> None:
    assembler = OutputAssembler()
    assert assembler.ends_line
    assembler.feed(OUT, b"line", utcnow())
    assert not assembler.ends_line
    assembler.feed(OUT, b"\n", utcnow())
    assert assembler.ends_line
