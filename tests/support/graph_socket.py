"""A client of `graphql-transport-ws` that can be told to misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")


@dataclass
class Socket:
    """A connection, spoken to in JSON."""

    connection: ClientConnection

    async def send(self, **message: object) -> None:
        """Send one message."""
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, object]:
        """The next message."""
        text = await asyncio.wait_for(self.connection.recv(), 60)
        assert isinstance(text, str)
        message: dict[str, object] = json.loads(text)
        return message

    async def start(self, payload: object = None) -> None:
        """Have the connection acknowledged."""
        await self.send(type="connection_init", payload=payload)
        assert (await self.receive())["type"] == "connection_ack"

    async def subscribe(self, id: str, query: str) -> None:
        """Begin an operation."""
        await self.send(type="subscribe", id=id, payload={"query": query})

    async def run(self, query: str) -> list[dict[str, object]]:
        """All messages of an operation, the last included."""
        await self.subscribe("q", query)
        messages = [await self.receive()]
        while messages[-1]["type"] == "next":
            messages.append(await self.receive())
        return messages

    async def closed(self) -> int:
        """The code that the server closes with; 1006 where it says none."""
        return (await self.farewell())[0]

    async def farewell(self) -> tuple[int, str]:
        """The code and the reason that the server closes with."""
        try:
            while True:
                await asyncio.wait_for(self.connection.recv(), 60)
        except ConnectionClosed as error:
            return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")


@asynccontextmanager
async def opened(
    server: str, cookie: str | None = None, origin: str | None = None, authorization: str | None = None
) -> AsyncIterator[Socket]:
    """A socket of a client that speaks the protocol, before its `connection_init`."""
    headers = {"cookie": cookie} if cookie else {}
    headers |= {"authorization": authorization} if authorization else {}
    headers |= {"origin": origin} if origin else {}
    async with connect(f"ws://{server}/graphql", subprotocols=[PROTOCOL], additional_headers=headers) as connection:
        yield Socket(connection)


def error_of(message: dict[str, object]) -> dict[str, object]:
    """The extensions of the first error of an `error` message."""
    assert message["type"] == "error"
    payload = message["payload"]
    assert isinstance(payload, list)
    extensions: dict[str, object] = payload[0]["extensions"]
    assert extensions["requestId"]
    return extensions
