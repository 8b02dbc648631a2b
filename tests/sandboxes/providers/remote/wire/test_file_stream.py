"""Many files in one stream of bytes."""

import pytest

from aura_gql.sandboxes.providers.remote.wire.file_stream import (
    MAX_HEADER_BYTES,
    PIECE_BYTES,
    BadStream,
    FileStreamReader,
    Heading,
    encoded_files,
)
from aura_gql.sandboxes.values import SandboxFile

FILES = [
    SandboxFile("empty", b""),
    SandboxFile("größe/run.sh", b"#!/bin/sh", executable=True),
    SandboxFile("large", bytes(range(256)) * 1_000),
    SandboxFile("odd\udcff\n", b"\0"),
]


def read(pieces: list[bytes]) -> list[SandboxFile]:
    reader, found = FileStreamReader(), list[tuple[Heading, bytearray]]()
    for piece in pieces:
        for each in reader.feed(piece):
            if isinstance(each, Heading):
                found.append((each, bytearray()))
            else:
                found[-1][1].extend(each)
    reader.finish()
    assert all(heading.size == len(data) for heading, data in found)
    return [SandboxFile(heading.path, bytes(data), heading.executable) for heading, data in found]


@pytest.mark.parametrize("size", [1, 3, 1_000_000])
def test_files_arrive_in_pieces_of_any_size(size: int) -> None:
    stream = b"".join(encoded_files(FILES))
    assert read([stream[start : start + size] for start in range(0, len(stream), size)]) == FILES


def test_small_files_share_a_piece() -> None:
    pieces = list(encoded_files(SandboxFile(f"src/module_{n}.py", b"x" * 200) for n in range(500)))
    assert len(pieces) <= 3
    assert len(read(pieces)) == 500


def test_pieces_are_bounded() -> None:
    files = [SandboxFile(f"e{n}", b"") for n in range(10_000)] + [SandboxFile("large", bytes(1_000_000))]
    assert max(len(piece) for piece in encoded_files(files)) <= PIECE_BYTES + 4


def test_no_files_are_no_files() -> None:
    assert read(list(encoded_files([]))) == []


@pytest.mark.parametrize("cut", [0, 3, 10, 22, -1])
def test_a_stream_that_is_cut_off_is_refused(cut: int) -> None:
    stream = b"".join(encoded_files([SandboxFile("a", b"12345")]))
    with pytest.raises(BadStream):
        read([stream[:cut]])


def heading(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


@pytest.mark.parametrize(
    "stream",
    [
        b"\xff\xff\xff\xff",
        heading(b"x" * (MAX_HEADER_BYTES + 1)),
        heading(b"{}"),
        heading(b"7"),
        heading(b'["a", true]'),
        heading(b'["a", 1, 1]'),
        heading(b'["a", true, -1]'),
        heading(b'["a", true, true]'),
        heading(b"[1, true, 1]"),
        heading(b"[" * 20_000),
        bytes(4) + b"more",
    ],
)
def test_what_is_no_stream_of_files_is_refused(stream: bytes) -> None:
    with pytest.raises(BadStream):
        read([stream])
