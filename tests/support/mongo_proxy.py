"""A network between a server and its MongoDB that holds a chosen command, or the answer to it, for good."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import bson

_HEADER = struct.Struct("<iiii")
_OP_MSG = 2013
# Behind the header stand four bytes of flags and one that tells the kind of the first section: 0 for the command.
_COMMAND_AT = _HEADER.size + 5

Side = Literal["request", "reply"]


@dataclass
class Hold:
    """The next `command` on `collection`, held before MongoDB has it or when MongoDB has done it."""

    command: str
    collection: str | None
    side: Side
    held: asyncio.Event = field(default_factory=asyncio.Event)

    def is_for(self, message: bytes) -> bool:
        """Whether a request is that command."""
        if _HEADER.unpack_from(message)[3] != _OP_MSG or message[_COMMAND_AT - 1]:
            return False
        (size,) = struct.unpack_from("<i", message, _COMMAND_AT)
        command = bson.decode(message[_COMMAND_AT : _COMMAND_AT + size])
        return self.command in command and self.collection in (None, command[self.command])

    async def keep(self) -> None:
        """Say that it is held, and hold it until the proxy ends."""
        self.held.set()
        await asyncio.Event().wait()


@dataclass
class HoldingProxy:
    """Forwards whole messages from `port` to the MongoDB on `target`. A connection whose message is held stays so."""

    target: int
    port: int = 0
    _holds: list[Hold] = field(default_factory=list)
    _pumps: set[asyncio.Task[None]] = field(default_factory=set)

    def hold(self, command: str, collection: str | None, side: Side) -> Hold:
        """Hold the next such command, once."""
        self._holds.append(Hold(command, collection, side))
        return self._holds[-1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["HoldingProxy"]:
        """Serve until the context ends."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for pump in self._pumps:
                pump.cancel()
            if self._pumps:
                await asyncio.wait(self._pumps)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        replies: dict[int, Hold] = {}
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        for pump in (self._requests(reader, back, replies), self._replies(there, writer, replies)):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, replies: dict[int, Hold]
    ) -> None:
        async for message in _messages(reader, writer):
            hold = next((hold for hold in self._holds if hold.is_for(message)), None)
            if hold is not None:
                self._holds.remove(hold)
                if hold.side == "request":
                    await hold.keep()
                replies[_HEADER.unpack_from(message)[1]] = hold
            writer.write(message)

    async def _replies(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, replies: dict[int, Hold]
    ) -> None:
        async for message in _messages(reader, writer):
            hold = replies.get(_HEADER.unpack_from(message)[2])
            if hold is not None:
                await hold.keep()
            writer.write(message)


async def _messages(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    """Every message from `reader`; the other side is closed behind the last."""
    try:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                header = await reader.readexactly(_HEADER.size)
                yield header + await reader.readexactly(_HEADER.unpack(header)[0] - _HEADER.size)
    finally:
        writer.close()
