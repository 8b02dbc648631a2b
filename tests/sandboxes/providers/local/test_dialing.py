"""Connections into a sandbox, beyond what every provider promises."""

import socket

import pytest

from aura_gql.sandboxes.errors import PortNotOpen
from aura_gql.sandboxes.providers.local import dialing as dialing_module
from aura_gql.sandboxes.providers.local.dialing import is_to_itself
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command
from tests.support.local_sandbox import open_channels
from tests.support.processes import first_line

pytestmark = pytest.mark.asyncio(loop_scope="module")

SERVER = """
import socket, sys
server = socket.create_server(("127.0.0.1", 5001), backlog=0)
print("ready", flush=True)
sys.stdin.read()
"""


async def test_leaves_nothing_open(sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    server = await sandbox.start_process(Command(["python3", "-c", SERVER]))
    assert await first_line(server) == "ready"
    before = open_channels()
    streams: list[socket.socket] = []

    async def fill() -> None:
        while True:
            streams.append(await sandbox.connect(5001))

    with monkeypatch.context() as hasty:
        hasty.setattr(dialing_module, "CONNECT_TIMEOUT_S", 0.2)
        with pytest.raises(PortNotOpen, match="accepts no connection"):
            await fill()
    for _ in range(5):
        with pytest.raises(PortNotOpen, match="Nothing listens"):
            await sandbox.connect(5002)
    for stream in streams:
        stream.close()
    assert open_channels() == before


async def test_our_own_ports_are_not_to_be_had(sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    server = await sandbox.start_process(Command(["python3", "-c", SERVER]))
    assert await first_line(server) == "ready"
    monkeypatch.setattr(dialing_module, "OWN_PORTS", frozenset({5001}))
    with pytest.raises(PortNotOpen):
        await sandbox.connect(5001)


async def test_a_connection_to_itself_is_none() -> None:
    with socket.socket() as lonely, socket.create_server(("127.0.0.1", 0)) as server:
        lonely.bind(("127.0.0.1", 0))
        lonely.connect(lonely.getsockname())
        assert is_to_itself(lonely)
        with socket.create_connection(server.getsockname()) as other:
            assert not is_to_itself(other)
