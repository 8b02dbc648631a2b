"""Connecting to what listens in here, for the host, which has no way into this network."""

import _socket
import os
import sys
from _collections_abc import Sequence

from aura_gql.sandboxes.providers.local.inside.system import send

LOOPBACK = {b"4": (_socket.AF_INET, "127.0.0.1"), b"6": (_socket.AF_INET6, "::1")}
IN_PROGRESS = 115


def dial(message: bytes, descriptors: Sequence[int]) -> None:
    """Begin to connect as the `connect` message says and answer on the socket that came with it.

    The host waits for the connection to come about, so nothing in here can keep PID 1 from its other work.
    """
    _, version, port = message.split(b"\0")
    family, address = LOOPBACK[version]
    channel = _socket.socket(fileno=os.dup(descriptors[0]))
    try:
        connection = _socket.socket(family, _socket.SOCK_STREAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC)
        error = connection.connect_ex((address, int(port)))
        if error in (0, IN_PROGRESS):
            hand_over(channel, connection)
        else:
            send(channel, b"error connect %d" % error)
        connection.close()
    except OSError as failure:
        send(channel, b"error connect %d" % (failure.errno or 0))
    channel.close()


def hand_over(channel: _socket.socket, connection: _socket.socket) -> None:
    """Give the host the connection itself. Raises OSError."""
    word = connection.fileno().to_bytes(4, sys.byteorder)
    channel.sendmsg([b"connecting"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, word)])
