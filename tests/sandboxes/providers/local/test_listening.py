"""Reading who listens from /proc."""

import os
import socket

import pytest

from aura_gql.sandboxes.providers.local import listening as listening_module
from aura_gql.sandboxes.providers.local.listening import listening_ports
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, ListeningPort
from tests.support.processes import first_line, run

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANY = """
import os, socket, sys
servers = [socket.create_server(("127.0.0.1", 6000 + number)) for number in range(150)]
clients = [socket.create_connection(("127.0.0.1", 6000)) for _ in range(20)]
with open("/proc/self/comm", "w") as name:
    name.write("a ) b\\n(")
print(os.getpid(), flush=True)
sys.stdin.read()
"""


async def test_tells_the_lowest_and_whose_they_are(sandbox: LocalSandbox) -> None:
    server = await sandbox.start_process(Command(["python3", "-c", MANY]))
    pid = await first_line(server)
    ports = await sandbox.ports()
    assert [port.port for port in ports] == list(range(6000, 6100))
    assert {(port.pid, port.process_name) for port in ports} == {(int(pid), "a ) b\n(")}
    assert (await run(sandbox, "true")).status.exit_code == 0


async def test_looks_at_few_files(sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    server = await sandbox.start_process(Command(["python3", "-c", MANY]))
    await first_line(server)
    monkeypatch.setattr(listening_module, "MAX_FILES_SEEN", 2)
    monkeypatch.setattr(listening_module, "TABLE_BYTES", 150 * 4 + 75)
    ports = await sandbox.ports()
    assert len(ports) == 3
    assert {port.pid for port in ports} == {None}


async def test_leaves_our_own_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours, socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(listening_module, "OWN_PORTS", frozenset({ours.getsockname()[1]}))
        monkeypatch.setattr(listening_module, "MAX_PORTS", 65535)
        ports = {port.port for port in listening_ports(os.getpid())}
        assert other.getsockname()[1] in ports
        assert ours.getsockname()[1] not in ports


async def test_a_process_that_has_gone_has_none() -> None:
    none: list[ListeningPort] = []
    assert listening_ports((1 << 22) + 1) == none
