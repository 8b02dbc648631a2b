"""What a command prints comes out as it went in."""

import random

import pytest

from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.pieces import STARTED, PieceReader, encode
from aura_gql.sandboxes.values import OutputPiece, OutputStream


def test_pieces_come_out_whole_and_in_order() -> None:
    chance = random.Random(1)
    streams = [chance.choice(list(OutputStream)) for _ in range(50)]
    pieces = [OutputPiece(stream, chance.randbytes(chance.randint(1, 900))) for stream in streams]
    data, reader, found = STARTED + b"".join(map(encode, pieces)), PieceReader(), list[OutputPiece]()
    while data:
        size = chance.randint(1, 2000)
        found += reader.feed(data[:size])
        data = data[size:]
    assert found == pieces
    assert reader.has_started


@pytest.mark.parametrize(
    "data",
    [
        encode(OutputPiece(OutputStream.STDOUT, b"early")),
        STARTED + STARTED,
        STARTED + b"\1\0\0\0\0",
        STARTED + b"\1\0\1\0\1",
        STARTED + b"\3\0\0\0\1x",
        b"\0\0\0\0\1",
    ],
)
def test_anything_else_is_a_violation(data: bytes) -> None:
    with pytest.raises(WireViolation):
        PieceReader().feed(data)
