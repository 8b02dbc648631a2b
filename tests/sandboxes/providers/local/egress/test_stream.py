"""Connections as streams."""

import socket

import pytest

from aura_gql.sandboxes.providers.local.egress import stream as stream_module
from aura_gql.sandboxes.providers.local.egress.stream import Stream
from tests.support.waiting import until


async def test_a_farewell_reaches_one_who_still_sends() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        stream = await Stream.of(ours)
        theirs.sendall(b"x" * 10_000)
        theirs.shutdown(socket.SHUT_WR)
        await stream.say_farewell(b"Goodbye.")
        await stream.finish()
        assert theirs.recv(100) == b"Goodbye."
        assert theirs.recv(100) == b""


async def test_one_who_neither_reads_nor_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "FAREWELL_S", 0.02)
    ours, theirs = socket.socketpair()
    with theirs:
        stream = await Stream.of(ours)
        stream.writer.write(b"x" * 10_000_000)
        await stream.say_farewell(b"Goodbye.")
        await stream.finish()
        await until(lambda: ours.fileno() == -1)


async def test_a_socket_that_can_not_be_taken_over_is_closed() -> None:
    connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with pytest.raises(ValueError, match="Stream Socket"):
        await Stream.of(connection)
    assert connection.fileno() == -1
