"""Listening in here for the host, which has no way into this network: a socket keeps the one that it was made in."""

import _socket
import os
import sys
from _collections_abc import Sequence

from aura_gql.sandboxes.providers.local.inside.system import send

LOOPBACK = "127.0.0.1"
BACKLOG = 128


def listen(message: bytes, descriptors: Sequence[int]) -> None:
    """Listen on the port of the `listen` message and hand the socket out on the one that came with it. We keep none:
    when the host closes it, nobody listens there any more.
    """
    port = int(message.split(b"\0")[1])
    channel = _socket.socket(fileno=os.dup(descriptors[0]))
    listener = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(BACKLOG)
        word = listener.fileno().to_bytes(4, sys.byteorder)
        channel.sendmsg([b"listening"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, word)])
    except OSError as failure:
        send(channel, b"error listen %d" % (failure.errno or 0))
    listener.close()
    channel.close()
