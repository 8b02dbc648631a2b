"""Compressed bytes made plain, a bounded piece at a time."""

import os
import zlib
from collections.abc import Iterable, Iterator
from typing import IO

import zstandard

from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule

PIECE_BYTES = 64 * 1024
# What the format asks every reader to support.
MAX_WINDOW_BYTES = 8 * 1024 * 1024
RAW_DEFLATE = -15
GZIP = 31
_MAX_FRAME_HEADER = 18
_MAGIC_BYTES = 4
_BLOCK_HEADER = 3
_RLE_BLOCK = 1
_RESERVED_BLOCK = 3
_CHECKSUM_BYTES = 4
# 128 KiB each, if they are full.
_MAX_BLOCKS = 1_000_000


def cut_short() -> ArchiveRefused:
    """The archive ends before its end."""
    return ArchiveRefused(ArchiveRule.TRUNCATED, "The archive is cut off.")


def more_behind() -> ArchiveRefused:
    """The archive ends, and its bytes do not."""
    return ArchiveRefused(ArchiveRule.TRAILING_DATA, "There is something behind the end of the archive.")


def pieces_of(file: IO[bytes], size: int) -> Iterator[bytes]:
    """The next `size` bytes of a file; ArchiveRefused where it ends before."""
    while size:
        piece = file.read(min(size, PIECE_BYTES))
        if not piece:
            raise cut_short()
        size -= len(piece)
        yield piece


def inflated(packed: Iterable[bytes], window_bits: int) -> Iterator[bytes]:
    """What deflate (`RAW_DEFLATE`) or gzip (`GZIP`, one member) made of something; ArchiveRefused where it is damaged,
    cut off, or goes on behind its end.
    """
    unpacker = zlib.decompressobj(window_bits)
    for piece in packed:
        if unpacker.eof:
            raise more_behind()
        yield from _inflate_piece(unpacker, piece)
    if not unpacker.eof:
        raise cut_short()


def _inflate_piece(unpacker: "zlib._Decompress", left: bytes) -> Iterator[bytes]:
    while True:
        try:
            out = unpacker.decompress(left, PIECE_BYTES)
        except zlib.error as error:
            raise ArchiveRefused(ArchiveRule.DAMAGED, f"The compressed bytes are damaged: {error}.") from error
        if out:
            yield out
        left = unpacker.unconsumed_tail
        if unpacker.unused_data:
            raise more_behind()
        # A full piece may not have been all there was, even where nothing is left of what went in.
        if unpacker.eof or (not left and len(out) < PIECE_BYTES):
            return


def unzstd(file: IO[bytes]) -> Iterator[bytes]:
    """What is in the one frame that a file consists of; ArchiveRefused where it is anything else, is damaged, or wants
    more than 8 MiB of memory.
    """
    _require_one_frame(file)
    file.seek(0)
    unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
    try:
        with unpacker.stream_reader(file, read_size=PIECE_BYTES, closefd=False) as reader:
            while piece := reader.read(PIECE_BYTES):
                yield piece
    except zstandard.ZstdError as error:
        raise ArchiveRefused(ArchiveRule.DAMAGED, f"The compressed bytes are damaged: {error}.") from error


def _require_one_frame(file: IO[bytes]) -> None:
    """The library takes an end in the middle of a frame for an end, and does not tell of what follows one."""
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(_MAX_FRAME_HEADER)
    try:
        frame = zstandard.get_frame_parameters(head)
        at = zstandard.frame_header_size(head)
    except zstandard.ZstdError as error:
        raise ArchiveRefused(ArchiveRule.DAMAGED, f"The compressed bytes are damaged: {error}.") from error
    if frame.window_size > MAX_WINDOW_BYTES:
        raise ArchiveRefused(
            ArchiveRule.WINDOW_TOO_LARGE,
            f"Reading the archive takes {frame.window_size:,} bytes of memory; it may take {MAX_WINDOW_BYTES:,}.",
            resource="windowBytes",
            limit=MAX_WINDOW_BYTES,
            used=frame.window_size,
        )
    if frame.dict_id:
        raise ArchiveRefused(ArchiveRule.UNKNOWN_METHOD, "The archive needs a dictionary to be read.")
    is_last = False
    for _ in range(_MAX_BLOCKS):
        file.seek(at)
        header = int.from_bytes(_exactly(file, _BLOCK_HEADER), "little")
        is_last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        if kind == _RESERVED_BLOCK:
            raise ArchiveRefused(ArchiveRule.DAMAGED, "The compressed bytes are damaged: there is no such block.")
        at += _BLOCK_HEADER + (1 if kind == _RLE_BLOCK else size)
        if is_last:
            break
    if not is_last:
        raise ArchiveRefused(ArchiveRule.DAMAGED, f"The archive consists of more than {_MAX_BLOCKS:,} blocks.")
    at += _CHECKSUM_BYTES if frame.has_checksum else 0
    if at > end:
        raise cut_short()
    if at < end:
        raise more_behind()


def _exactly(file: IO[bytes], size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise cut_short()
    return data
