"""What the way out of sandboxes leads to in tests: name servers that say what they are told, hosts on the loopback."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from aura_gql.kernel.host_rules import HostRule
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.egress.errand import EgressTimes
from aura_gql.sandboxes.providers.local.egress.proxy import EgressProxy
from aura_gql.sandboxes.tally import EgressTally

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@dataclass
class ScriptedNames:
    """A resolver. Each name has a list of answers, used up one by one until the last, which stays; an
    empty list stands for a name server that does not answer.
    """

    answers: Mapping[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def addresses(self, host: str) -> Sequence[str]:
        """As the port says."""
        self.asked.append(host)
        answers = self.answers.get(host)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        if not answers:
            await asyncio.Event().wait()
        return answers.pop(0) if len(answers) > 1 else answers[0]


@dataclass
class Origin:
    """A host on the loopback that keeps what it is sent. `answer` is what it says to each request, then it hangs up."""

    answer: bytes = OK
    port: int = 0
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            length = re.search(rb"content-length: ([0-9]+)", head)
            self.bodies.append(await reader.readexactly(int(length[1]) if length else 0))
            writer.write(self.answer)
            await writer.drain()
            writer.write_eof()
            # Whatever else comes is kept: nothing should.
            self.bodies.append(await reader.read())
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def origin(answer: bytes = OK, address: str = "127.0.0.1") -> AsyncIterator[Origin]:
    """A host that listens for as long as the block takes."""
    host = Origin(answer)
    server = await asyncio.start_server(host.serve, address, 0)
    host.port = server.sockets[0].getsockname()[1]
    async with server:
        yield host


@dataclass
class Proxied:
    """A proxy whose socket listens on the host's own loopback, and its tally."""

    proxy: EgressProxy
    tally: EgressTally
    port: int

    async def ask(self, data: bytes) -> bytes:
        """Send bytes and nothing more; all that comes back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def get(self, url: str, host: str) -> bytes:
        """The answer to a plain request."""
        return await self.ask(f"GET {url} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())


@contextlib.asynccontextmanager
async def proxied(
    policy: EgressPolicy, names: ScriptedNames | None = None, times: EgressTimes | None = None
) -> AsyncIterator[Proxied]:
    """A proxy for as long as the block takes."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    tally = EgressTally()
    proxy = EgressProxy("test", listener, policy, names or ScriptedNames(), tally, times or EgressTimes())
    try:
        yield Proxied(proxy, tally, listener.getsockname()[1])
    finally:
        await proxy.close()


def private(*hosts: str, listed: Sequence[str] = (), max_bytes: int = 1 << 20) -> EgressPolicy:
    """A policy that allows `host:port` with private addresses, and `listed` with public ones."""
    public, private_hosts = (tuple(HostRule.parse(text) for text in texts) for texts in (listed, hosts))
    return EgressPolicy(public, private_hosts, max_bytes=max_bytes)
