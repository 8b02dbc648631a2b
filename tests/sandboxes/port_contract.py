"""What every provider's sandboxes must do with the ports on which code inside listens."""

import asyncio
import contextlib
import hashlib
import resource
import socket
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
import pytest_asyncio

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.errors import PortNotOpen, SandboxGone
from aura_gql.sandboxes.ports import Process, Sandbox, SandboxProvider
from aura_gql.sandboxes.values import Command, IpVersion, SandboxSpec
from tests.sandboxes.provider_contract import ContractFixtures
from tests.support.processes import first_line
from tests.support.waiting import until

# What it may cost at most: buffers, not the bytes.
MEMORY_GROWTH_KIB = 30_000
MANY = 100
CHUNK = 1 << 18

# Of each connection, everything is read to its end, then answered with its digest; some ports do something else.
SERVER = """
import hashlib, socket, socketserver, threading

class Digest(socketserver.StreamRequestHandler):
    def handle(self):
        digest = hashlib.sha256()
        while piece := self.request.recv(65536):
            digest.update(piece)
        self.request.sendall(digest.hexdigest().encode())

class Greeting(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"hello from %d" % self.request.getsockname()[1])

class Rude(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\1\\0\\0\\0\\0\\0\\0\\0")

class Large(socketserver.BaseRequestHandler):
    def handle(self):
        while True:
            self.request.sendall(bytes(1_000_000))

class Server(socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 200

class Server6(Server):
    address_family = socket.AF_INET6

def serve(server):
    threading.Thread(target=server.serve_forever).start()

threading.stack_size(65536)
serve(Server(("127.0.0.1", 4001), Greeting))
serve(Server(("0.0.0.0", 4002), Greeting))
serve(Server6(("::1", 4003), Greeting))
serve(Server6(("::", 4004), Greeting))
serve(Server(("127.0.0.1", 4005), Digest))
serve(Server(("127.0.0.1", 4006), Rude))
serve(Server(("127.0.0.1", 4007), Large))
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("127.0.0.1", 4008))
idle = socket.socket()
idle.bind(("127.0.0.1", 4009))
full = socket.socket()
full.bind(("127.0.0.1", 4010))
full.listen(0)
client = socket.create_connection(("127.0.0.1", 4001))
print("ready", flush=True)
"""
LISTENING = {
    4001: (IpVersion.V4,),
    4002: (IpVersion.V4,),
    4003: (IpVersion.V6,),
    4004: (IpVersion.V6,),
    4005: (IpVersion.V4,),
    4006: (IpVersion.V4,),
    4007: (IpVersion.V4,),
    4010: (IpVersion.V4,),
}


class PortContract(ContractFixtures):
    """Finding servers and connecting to them. `large` is more bytes than may ever be kept in memory."""

    needs = "ports"
    large: ClassVar[int] = 200_000_000

    @pytest_asyncio.fixture(loop_scope="module")
    async def server(self, sandbox: Sandbox) -> AsyncIterator[Process]:
        server = await sandbox.start_process(Command(["python3", "-c", SERVER]))
        assert await first_line(server) == "ready"
        yield server

    async def test_lists_what_listens(self, sandbox: Sandbox) -> None:
        assert await sandbox.ports() == []
        server = await sandbox.start_process(Command(["python3", "-c", SERVER]))
        assert await first_line(server) == "ready"
        ports = await sandbox.ports()
        assert {port.port: port.ip_versions for port in ports} == LISTENING
        assert [port.port for port in ports] == sorted(LISTENING)
        assert {port.process_name for port in ports} <= {None, "python3"}
        assert len({port.pid for port in ports}) == 1
        await server.terminate(grace_ms=0)
        assert await sandbox.ports() == []

    @pytest.mark.usefixtures("server")
    async def test_connects_over_both_versions(self, sandbox: Sandbox) -> None:
        for port in (4001, 4002, 4003, 4004):
            async with _connected(sandbox, port) as stream:
                assert await _all(stream) == b"hello from %d" % port

    @pytest.mark.usefixtures("server")
    async def test_refuses_where_nothing_listens(self, sandbox: Sandbox) -> None:
        for port in (4000, 4008, 4009):
            with pytest.raises(PortNotOpen, match=str(port)):
                await sandbox.connect(port)
        for port in (0, -1, 65536):
            with pytest.raises(InvalidInput):
                await sandbox.connect(port)

    @pytest.mark.usefixtures("server")
    async def test_one_direction_ends_without_the_other(self, sandbox: Sandbox) -> None:
        data = bytes(range(256)) * 4096
        async with _connected(sandbox, 4005) as stream:
            await asyncio.get_running_loop().sock_sendall(stream, data)
            stream.shutdown(socket.SHUT_WR)
            assert await _all(stream) == hashlib.sha256(data).hexdigest().encode()

    @pytest.mark.usefixtures("server")
    async def test_many_at_once(self, sandbox: Sandbox) -> None:
        async with contextlib.AsyncExitStack() as stack:
            connecting = (sandbox.connect(port) for port in (4001, 4003) for _ in range(MANY // 2))
            streams = [stack.enter_context(stream) for stream in await asyncio.gather(*connecting)]
            for stream in streams:
                assert (await _all(stream)).startswith(b"hello from")

    @pytest.mark.usefixtures("server")
    async def test_a_server_that_hangs_up_at_once(self, sandbox: Sandbox) -> None:
        for _ in range(20):
            try:
                async with _connected(sandbox, 4006) as stream:
                    assert await _all(stream) == b""
            except (PortNotOpen, ConnectionResetError):
                continue

    @pytest.mark.usefixtures("server")
    async def test_a_server_that_accepts_nobody_keeps_nobody_else_waiting(self, sandbox: Sandbox) -> None:
        streams: list[socket.socket] = []

        async def fill() -> None:
            while True:
                streams.append(await sandbox.connect(4010))

        filling = asyncio.create_task(fill())
        await until(lambda: streams)
        async with _connected(sandbox, 4001) as stream:
            assert await _all(stream) == b"hello from 4001"
        assert not filling.done()
        filling.cancel()
        await asyncio.wait({filling})
        for stream in streams:
            stream.close()

    @pytest.mark.usefixtures("server")
    async def test_much_in_bounded_memory(self, sandbox: Sandbox) -> None:
        loop = asyncio.get_running_loop()
        async with _connected(sandbox, 4007) as stream:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            size, buffer = 0, bytearray(CHUNK)
            while size < self.large and (count := await loop.sock_recv_into(stream, buffer)):
                size += count
        assert size >= self.large
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY_GROWTH_KIB

    async def test_streams_end_with_the_sandbox(self, provider: SandboxProvider) -> None:
        sandbox = await provider.create(SandboxSpec("streams", "project"))
        server = await sandbox.start_process(Command(["python3", "-c", SERVER]))
        assert await first_line(server) == "ready"
        async with _connected(sandbox, 4005) as stream:
            await asyncio.get_running_loop().sock_sendall(stream, b"never answered")
            await sandbox.stop()
            with contextlib.suppress(ConnectionResetError):
                assert await _all(stream) == b""
        with pytest.raises(SandboxGone):
            await sandbox.connect(4001)
        with pytest.raises(SandboxGone):
            await sandbox.ports()


@contextlib.asynccontextmanager
async def _connected(sandbox: Sandbox, port: int) -> AsyncIterator[socket.socket]:
    with await sandbox.connect(port) as stream:
        assert stream.getblocking() is False
        yield stream


async def _all(stream: socket.socket) -> bytes:
    seen = b""
    while piece := await asyncio.get_running_loop().sock_recv(stream, 1 << 16):
        seen += piece
    return seen
