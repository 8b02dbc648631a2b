"""PID 1's part of listening."""

import errno
import os
import socket

import pytest

from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.inside.listening import listen


async def answer(port: int) -> socket.socket | int:
    ours, theirs = wire.channel_pair()
    with ours:
        with theirs:
            listen(b"listen\0%d" % port, [theirs.fileno()])
        return await wire.receive_socket(ours)


async def test_hands_the_socket_out_and_keeps_none() -> None:
    listener = await answer(0)
    assert isinstance(listener, socket.socket)
    with listener:
        assert not os.get_inheritable(listener.fileno())
        address = listener.getsockname()
        with socket.create_connection(address, 10):
            assert await answer(address[1]) == errno.EADDRINUSE
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 10)
