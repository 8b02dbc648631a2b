"""Connections of raw bytes to a server that hurries."""

import asyncio
import socket


async def opened_with(port: int, first: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which `first` was sent before a server of the same loop could accept it: never too late.

    What the system does not take at once of more than it holds for a connection follows as the server reads.
    """
    plain = socket.create_connection(("127.0.0.1", port))
    plain.setblocking(False)
    sent = plain.send(first) if first else 0
    reader, writer = await asyncio.open_connection(sock=plain)
    writer.write(first[sent:])
    return reader, writer
