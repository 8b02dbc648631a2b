"""Compressed bytes come out in bounded pieces, whole or not at all."""

import gzip
import io
import random
import zlib

import pytest
import zstandard

from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.unpacking import GZIP, PIECE_BYTES, RAW_DEFLATE, inflated, pieces_of, unzstd

DATA = random.Random(3).randbytes(100_000) + bytes(1_000_000)


@pytest.mark.parametrize("size", [1, 999, 200_000])
def test_what_was_packed_comes_out_in_pieces(size: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, RAW_DEFLATE)
    for packed, bits in ((gzip.compress(DATA), GZIP), (packer.compress(DATA) + packer.flush(), RAW_DEFLATE)):
        pieces = list(inflated((packed[at : at + size] for at in range(0, len(packed), size)), bits))
        assert b"".join(pieces) == DATA
        assert max(map(len, pieces)) <= PIECE_BYTES


@pytest.mark.parametrize("level", [1, 19])
def test_zstd_comes_out_in_pieces(level: int) -> None:
    packed = zstandard.ZstdCompressor(level, write_checksum=level == 1).compress(DATA)
    pieces = list(unzstd(io.BytesIO(packed)))
    assert b"".join(pieces) == DATA
    assert max(map(len, pieces)) <= PIECE_BYTES


def test_every_cut_is_seen() -> None:
    plain = DATA[:2_000]
    gzipped, zstd = gzip.compress(plain), zstandard.ZstdCompressor(write_checksum=True).compress(plain)
    for cut in (*range(18, 60), *range(len(zstd) - 9, len(zstd))):
        with pytest.raises(ArchiveRefused):
            list(unzstd(io.BytesIO(zstd[:cut])))
        with pytest.raises(ArchiveRefused):
            list(inflated([gzipped[:cut]], GZIP))


def test_a_checksum_that_is_wrong_is_seen() -> None:
    packed = zstandard.ZstdCompressor(write_checksum=True).compress(b"hello")
    with pytest.raises(ArchiveRefused) as refused:
        list(unzstd(io.BytesIO(packed[:-1] + bytes([packed[-1] ^ 1]))))
    assert refused.value.rule is ArchiveRule.DAMAGED


def test_endless_empty_blocks_are_given_up() -> None:
    head = zstandard.ZstdCompressor(write_content_size=False).compress(b"x")[:6]
    with pytest.raises(ArchiveRefused, match="blocks"):
        list(unzstd(io.BytesIO(head + bytes(3 * 1_000_001))))


def test_no_dictionary_is_asked_for() -> None:
    known = zstandard.train_dictionary(1_000, [b"sample %d of many" % (number % 7) for number in range(500)])
    packed = zstandard.ZstdCompressor(dict_data=known).compress(b"sample 3 of many")
    with pytest.raises(ArchiveRefused) as refused:
        list(unzstd(io.BytesIO(packed)))
    assert refused.value.rule is ArchiveRule.UNKNOWN_METHOD


def test_a_file_that_ends_too_early_is_seen() -> None:
    assert b"".join(pieces_of(io.BytesIO(b"12345"), 4)) == b"1234"
    with pytest.raises(ArchiveRefused) as refused:
        list(pieces_of(io.BytesIO(b"12345"), 6))
    assert refused.value.rule is ArchiveRule.TRUNCATED
