"""Clients of the soak: each opens a socket, subscribes, hears something and dies without a word."""

import asyncio
import contextlib
import json
import socket as sockets
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.api import Member

# Handshakes at once; a listener's queue is 2,048 long, and more would measure the client.
AT_ONCE = 50
_HARD_END = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Watch:
    """What one client subscribes to."""

    member: Member
    query: str
    id: str


@dataclass(frozen=True, slots=True)
class Client:
    """A socket, and who listens to it: one that nobody reads would be closed after a while."""

    connection: ClientConnection
    listener: asyncio.Task[None]


async def open_all(watches: Sequence[Watch]) -> list[Client]:
    """A socket for each, on which the first event has come."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def opened(watch: Watch) -> Client:
        async with turns:
            return await _open(watch)

    return await asyncio.gather(*(opened(watch) for watch in watches))


async def kill_all(clients: Sequence[Client]) -> None:
    """Reset every connection: no close frame, no FIN, and what is on its way is lost."""
    for client in clients:
        raw = client.connection.transport.get_extra_info("socket")
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, _HARD_END)
        client.connection.transport.abort()
    for client in clients:
        await client.listener


async def _open(watch: Watch) -> Client:
    connection = await connect(
        f"ws://{watch.member.host}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        open_timeout=60,
        ping_interval=None,
        compression=None,
    )
    await _say(connection, type="connection_init", payload={"authorization": f"Bearer {watch.member.bearer}"})
    payload = {"query": watch.query, "variables": {"id": watch.id}}
    await _say(connection, type="subscribe", id="1", payload=payload)
    kinds = [json.loads(await connection.recv())["type"] for _ in range(2)]
    if kinds != ["connection_ack", "next"]:
        raise RuntimeError(f"The server answered with {kinds}.")
    return Client(connection, asyncio.create_task(_listen(connection)))


async def _listen(connection: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await connection.recv()


async def _say(connection: ClientConnection, **message: object) -> None:
    await connection.send(json.dumps(message))
