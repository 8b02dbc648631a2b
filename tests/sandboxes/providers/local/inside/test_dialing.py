"""PID 1's part of connecting."""

import errno
import os
import socket

import pytest

from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.inside.dialing import dial
from aura_gql.sandboxes.providers.local.readiness import writable


async def answer(version: int, port: int) -> socket.socket | int:
    ours, theirs = wire.channel_pair()
    with ours:
        with theirs:
            dial(b"connect\0%d\0%d" % (version, port), [theirs.fileno()])
        return await wire.receive_socket(ours)


async def test_hands_the_connection_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = await answer(4, server.getsockname()[1])
        assert isinstance(connection, socket.socket)
        accepted, address = server.accept()
        with connection, accepted:
            assert connection.getsockname() == address
            assert not os.get_inheritable(connection.fileno())


async def test_tells_why_there_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    connection = await answer(4, port)
    if isinstance(connection, socket.socket):  # Linux tells a connection that does not block later.
        with connection:
            await writable(connection.fileno())
            connection = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    assert connection == errno.ECONNREFUSED


async def test_a_supervisor_that_goes_without_a_word() -> None:
    ours, theirs = wire.channel_pair()
    theirs.close()
    with ours, pytest.raises(ConnectionResetError):
        await wire.receive_socket(ours)
