"""Connections into a vendor's machine."""

import asyncio
import hashlib
import random
import socket

import pytest

from aura_gql.sandboxes.errors import PortNotOpen
from aura_gql.sandboxes.providers.remote.sandbox import RemoteSandbox
from aura_gql.sandboxes.values import Command
from tests.support.processes import first_line
from tests.support.vendors.remote import TryoutWorld

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Sends back what it is sent, to the end.
ECHO = """
import socket, threading
server = socket.create_server(("127.0.0.1", 4000))
print("up", flush=True)
def serve(connection):
    while data := connection.recv(65536):
        connection.sendall(data)
    connection.close()
while True:
    threading.Thread(target=serve, args=(server.accept()[0],)).start()
"""


async def test_five_megabytes_go_and_come_while_links_are_cut(tryout: TryoutWorld, box: RemoteSandbox) -> None:
    server = await box.start_process(Command(["python3", "-c", ECHO]))
    assert await first_line(server) == "up"
    loop, data = asyncio.get_running_loop(), random.Random(1).randbytes(5_000_000)
    digest, size = hashlib.sha256(), 0
    with await box.connect(4000) as connection:
        sending = asyncio.create_task(loop.sock_sendall(connection, data))
        sending.add_done_callback(lambda _: connection.shutdown(socket.SHUT_WR))
        cut_at = 0
        while piece := await loop.sock_recv(connection, 1 << 16):
            digest.update(piece)
            size += len(piece)
            if size > cut_at:
                cut_at += 500_000
                tryout.vendor.cut_all()
        await sending
    assert size == len(data)
    assert digest.digest() == hashlib.sha256(data).digest()
    await server.terminate(grace_ms=0)
    with pytest.raises(PortNotOpen):
        await box.connect(4000)


async def test_streams_end_with_the_agent(box: RemoteSandbox) -> None:
    server = await box.start_process(Command(["python3", "-c", ECHO]))
    assert await first_line(server) == "up"
    with await box.connect(4000) as connection:
        await box._channel.drop()
        assert await asyncio.get_running_loop().sock_recv(connection, 10) == b""
