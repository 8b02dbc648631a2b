"""HTTP requests at the least cost to the one who sends them: prepared bytes over connections that stay."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from tests.benchmarks.measure import Cost
from tests.benchmarks.serving import Serving

CONNECTIONS = 8


def get(path: str, headers: Mapping[str, str]) -> bytes:
    """A GET as it goes over the wire."""
    return _head(f"GET {path} HTTP/1.1", headers) + b"\r\n"


def post(path: str, headers: Mapping[str, str], body: object) -> bytes:
    """A POST of JSON as it goes over the wire."""
    data = orjson.dumps(body)
    length = {"content-type": "application/json", "content-length": str(len(data))}
    return _head(f"POST {path} HTTP/1.1", {**headers, **length}) + b"\r\n" + data


def _head(first: str, headers: Mapping[str, str]) -> bytes:
    rows = [
        first,
        "host: 127.0.0.1",
        "accept: application/json",
        *(f"{name}: {text}" for name, text in headers.items()),
    ]
    return "".join(f"{row}\r\n" for row in rows).encode()


@dataclass(frozen=True, slots=True)
class Connection:
    """One request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def exchange(self, request: bytes) -> bytes:
        """The body of the answer; RuntimeError unless its status is 200."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        start = head.lower().index(b"content-length:") + len(b"content-length:")
        body = await self.reader.readexactly(int(head[start : head.index(b"\r\n", start)]))
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head[:40]!r}: {body[:500]!r}")
        return body


@dataclass(frozen=True, slots=True)
class Load:
    """The same request over and over on some connections to a server."""

    server: Serving
    connections: list[Connection]
    request: bytes

    async def answer(self) -> Any:
        """What the server answers."""
        return orjson.loads(await self.connections[0].exchange(self.request))

    async def send(self, count: int) -> Cost:
        """The cost of one of `count` requests, sent over all connections at once."""
        each = max(1, count // len(self.connections))
        cpu_s, started = self.server.cpu_s, time.perf_counter()
        await asyncio.gather(*(self._repeat(connection, each) for connection in self.connections))
        wall_s, done = time.perf_counter() - started, each * len(self.connections)
        return Cost(wall_s / done, (self.server.cpu_s - cpu_s) / done)

    async def _repeat(self, connection: Connection, times: int) -> None:
        for _ in range(times):
            await connection.exchange(self.request)


@contextlib.asynccontextmanager
async def connected(server: Serving) -> AsyncIterator[list[Connection]]:
    """Connections to a server."""
    host, _, port = server.host.partition(":")
    connections = [Connection(*await asyncio.open_connection(host, int(port))) for _ in range(CONNECTIONS)]
    try:
        yield connections
    finally:
        for connection in connections:
            connection.writer.close()
            await connection.writer.wait_closed()
