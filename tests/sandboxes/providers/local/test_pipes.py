"""Reading ahead a little, and writing without getting stuck."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from aura_gql.sandboxes.providers.local.pipes import PAUSE_ABOVE_BYTES, PIECE_BYTES, OutputPipes, StdinPipe
from aura_gql.sandboxes.values import OutputStream
from tests.support.waiting import until


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    yield reader, writer
    for descriptor in (reader, writer):
        try:
            os.close(descriptor)
        except OSError:
            continue


async def test_gives_what_was_written_until_the_end(pipe: tuple[int, int]) -> None:
    output = OutputPipes({pipe[0]: OutputStream.STDERR})
    os.write(pipe[1], b"one")
    first = await anext(output)
    assert (first.stream, first.data) == (OutputStream.STDERR, b"one")
    os.write(pipe[1], b"two")
    os.close(pipe[1])
    assert [piece.data async for piece in output] == [b"two"]
    assert output.finish() == []


async def test_reads_ahead_only_so_much(pipe: tuple[int, int]) -> None:
    output = OutputPipes({pipe[0]: OutputStream.STDOUT})
    written = 0

    def full() -> bool:
        nonlocal written
        try:
            written += os.write(pipe[1], bytes(PIECE_BYTES))
        except BlockingIOError:
            return written > PAUSE_ABOVE_BYTES
        return False

    await until(full)
    for _ in range(20):
        await asyncio.sleep(0)
    assert written <= PAUSE_ABOVE_BYTES + 3 * PIECE_BYTES
    os.close(pipe[1])
    assert sum([len(piece.data) async for piece in output]) == written


async def test_finish_takes_what_is_there_and_no_more(pipe: tuple[int, int]) -> None:
    output = OutputPipes({pipe[0]: OutputStream.STDOUT})
    os.write(pipe[1], b"before")
    assert output.finish() == [pipe[0]]
    os.write(pipe[1], b"after")
    assert [piece.data async for piece in output] == [b"before"]
    assert os.read(pipe[0], 100) == b"after"


async def test_finish_wakes_a_reader(pipe: tuple[int, int]) -> None:
    output = OutputPipes({pipe[0]: OutputStream.STDOUT})
    waiting = asyncio.create_task(anext(output, None))
    await asyncio.sleep(0)
    output.finish()
    assert await waiting is None


async def test_stdin_waits_for_the_reader(pipe: tuple[int, int]) -> None:
    stdin = StdinPipe(pipe[1])
    data = os.urandom(1_000_000)
    writing = asyncio.create_task(stdin.write(data))
    closing = asyncio.create_task(stdin.close_after_writes())
    received = b""

    def drained() -> bool:
        nonlocal received
        try:
            piece = os.read(pipe[0], PIECE_BYTES)
        except BlockingIOError:
            return False
        received += piece
        return not piece

    await until(drained)
    await asyncio.gather(writing, closing)
    assert received == data


async def test_closing_frees_a_writer(pipe: tuple[int, int]) -> None:
    stdin = StdinPipe(pipe[1])
    writing = asyncio.create_task(stdin.write(bytes(1_000_000)))
    await asyncio.sleep(0)
    stdin.close()
    await writing
    stdin.close()
    await stdin.write(b"dropped")


async def test_a_reader_that_goes_frees_a_writer(pipe: tuple[int, int]) -> None:
    stdin = StdinPipe(pipe[1])
    writing = asyncio.create_task(stdin.write(bytes(1_000_000)))
    await asyncio.sleep(0)
    os.close(pipe[0])
    await writing


async def test_a_cancelled_writer_leaves_the_pipe_usable(pipe: tuple[int, int]) -> None:
    stdin = StdinPipe(pipe[1])
    writing = asyncio.create_task(stdin.write(bytes(1_000_000)))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    while True:
        try:
            os.read(pipe[0], PIECE_BYTES)
        except BlockingIOError:
            break
    await stdin.write(b"more")
    assert os.read(pipe[0], 10) == b"more"
    stdin.close()
