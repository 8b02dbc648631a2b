"""Bytes through stdin and stdout, be they pipes or a terminal."""

import asyncio
import contextlib
import os
from collections.abc import Iterator

import pytest

from aura_gql.sandboxes.providers.remote.errors import LinkBroken
from aura_gql.sandboxes.providers.remote.inside.stdio import Stdio


@contextlib.contextmanager
def closing(*descriptors: int) -> Iterator[None]:
    try:
        yield
    finally:
        for descriptor in descriptors:
            with contextlib.suppress(OSError):
                os.close(descriptor)


async def test_pipes_pass_bytes_and_end() -> None:
    (stdin, typed), (shown, stdout) = os.pipe(), os.pipe()
    with closing(stdin, typed, shown, stdout):
        pipe = Stdio(stdin, stdout)
        sending = asyncio.create_task(pipe.send(bytes(200_000)))
        size = 0
        while size < 200_000:
            size += len(await asyncio.to_thread(os.read, shown, 1 << 16))
        await sending
        os.write(typed, b"hello")
        came = pipe.receive()
        assert await anext(came) == b"hello"
        waiting = asyncio.ensure_future(anext(came, None))
        await asyncio.sleep(0)
        os.close(typed)
        assert await waiting is None
        os.close(shown)
        with pytest.raises(LinkBroken):
            await pipe.send(b"to nobody")


async def test_a_terminal_passes_every_byte() -> None:
    master, slave = os.openpty()
    every = bytes(range(256)) * 8
    with closing(master, slave):
        pipe = Stdio(slave, slave)
        os.write(master, every)
        came = b""
        async for data in pipe.receive():
            came += data
            if len(came) >= len(every):
                break
        assert came == every
        await pipe.send(every)
        assert os.read(master, 4096) == every  # and no echo of what was typed
