"""What goes through a CONNECT."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.egress import tunnel as tunnel_module
from aura_gql.sandboxes.providers.local.egress.errand import EgressTimes
from aura_gql.sandboxes.providers.local.egress.hello import UNRECOGNISED_NAME
from tests.sandboxes.providers.local.egress.test_hello import hello
from tests.support.egress import ScriptedNames, private, proxied
from tests.support.waiting import until

NAMES = {"a.example": [["127.0.0.1"]]}


@dataclass
class Echo:
    """Says everything back, and remembers it."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(b"")
        while piece := await reader.read(65_536):
            self.heard[-1] += piece
            writer.write(piece)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def echo() -> AsyncIterator[Echo]:
    host = Echo()
    server = await asyncio.start_server(host.serve, "127.0.0.1", 0)
    host.port = server.sockets[0].getsockname()[1]
    async with server:
        yield host


async def through(policy: EgressPolicy, port: int, words: bytes, times: EgressTimes | None = None) -> bytes:
    """What comes back through a tunnel after its own greeting, when the client has said its words and their end."""
    async with proxied(policy, ScriptedNames(NAMES), times) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(f"CONNECT a.example:{port} HTTP/1.1\r\n\r\n".encode())
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 Connection established\r\n\r\n"
        writer.write(words)
        if times is None:
            writer.write_eof()
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


async def test_carries_both_ways_until_both_have_ended() -> None:
    async with echo() as host:
        words = hello("a.example") + b"x" * 500_000
        assert await through(private(f"a.example:{host.port}", max_bytes=1 << 20), host.port, words) == words


async def test_tls_that_asks_for_another_host_goes_nowhere() -> None:
    async with echo() as host:
        for name in ("b.example", None):
            assert await through(private(f"a.example:{host.port}"), host.port, hello(name)) == UNRECOGNISED_NAME
        assert host.heard == [b"", b""]


async def test_what_is_no_tls_may_pass_on_other_ports_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with echo() as host:
        policy = private(f"a.example:{host.port}")
        assert await through(policy, host.port, b"GET / HTTP/1.1\r\n\r\n") == b"GET / HTTP/1.1\r\n\r\n"
        monkeypatch.setattr(tunnel_module, "TLS_PORT", host.port)
        assert await through(policy, host.port, b"GET / HTTP/1.1\r\n\r\n") == b""
        assert await through(policy, host.port, b"") == b""
        assert host.heard[1:] == [b"", b""]


async def test_a_client_that_says_nothing_or_nothing_more() -> None:
    async with echo() as host:
        policy = private(f"a.example:{host.port}")
        assert await through(policy, host.port, b"\x16\x03", EgressTimes(head_s=0.01)) == b""
        assert b"words".startswith(await through(policy, host.port, b"words", EgressTimes(idle_s=0.2)))


async def test_a_tunnel_ends_when_the_bytes_do() -> None:
    async with echo() as host:
        answer = await through(private(f"a.example:{host.port}", max_bytes=100_000), host.port, b"x" * 1_000_000)
        assert len(answer) <= 200_000
        await until(lambda: len(host.heard[0]) <= 200_000)
