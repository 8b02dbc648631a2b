"""Waiting for descriptors."""

import asyncio
import os
import socket

import pytest

from aura_gql.sandboxes.providers.local.readiness import readable, writable


async def test_readable_waits_for_data_and_for_the_end() -> None:
    reader, writer = os.pipe()
    waiting = asyncio.create_task(readable(reader))
    await asyncio.sleep(0)
    assert not waiting.done()
    os.write(writer, b"x")
    await waiting
    os.read(reader, 1)
    os.close(writer)
    await readable(reader)
    os.close(reader)


async def test_writable_waits_for_room() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        await writable(ours.fileno())
        fill(ours)
        waiting = asyncio.create_task(writable(ours.fileno()))
        await asyncio.sleep(0)
        assert not waiting.done()
        while theirs.recv(1 << 20, socket.MSG_PEEK):
            theirs.recv(1 << 20)
            if await asyncio.wait({waiting}, timeout=0.01) != (set(), {waiting}):
                break
        await waiting


def fill(sender: socket.socket) -> None:
    try:
        while True:
            sender.send(bytes(1 << 16))
    except BlockingIOError:
        return


async def test_a_cancelled_wait_leaves_no_callback() -> None:
    reader, writer = os.pipe()
    waiting = asyncio.create_task(readable(reader))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert asyncio.get_running_loop().remove_reader(reader) is False
    os.close(reader)
    os.close(writer)
