"""A stream of the channel and a socket as one connection: bytes both ways, half-closed as either side does it, and each
held back by its own reader.
"""

import asyncio
import select
import socket

from aura_gql.sandboxes.providers.remote.wire.errors import PeerGone, StreamAborted
from aura_gql.sandboxes.providers.remote.wire.streams import Stream

READ_BYTES = 1 << 16


async def bridge(stream: Stream, connection: socket.socket) -> None:
    """Carry bytes until both directions have ended or one broke. Takes both over; raises nothing but CancelledError."""
    ways = [asyncio.create_task(_outwards(stream, connection)), asyncio.create_task(_inwards(stream, connection))]
    try:
        await asyncio.gather(*ways)
    except (OSError, PeerGone, StreamAborted):
        pass
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        stream.abort()
        connection.close()


async def _outwards(stream: Stream, connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(connection, READ_BYTES):
        await stream.send(data)
    if _has_gone(connection):
        raise ConnectionResetError("Whoever had the other end of the socket closed it.")
    stream.end()


async def _inwards(stream: Stream, connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while data := await stream.receive():
        await loop.sock_sendall(connection, data)
    connection.shutdown(socket.SHUT_WR)


def _has_gone(connection: socket.socket) -> bool:
    """Whether the other end of a socket pair is closed, and not for writing alone; of TCP nobody can tell."""
    if connection.family != socket.AF_UNIX:
        return False
    poll = select.poll()
    poll.register(connection, select.POLLHUP)
    return bool(poll.poll(0))
