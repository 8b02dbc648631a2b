"""Machines as they are."""

from pathlib import Path

from bson import ObjectId

from aura_gql.infra.mongo import Database
from aura_gql.sandboxes.values import Command
from tests.support.processes import first_line
from tests.support.sandboxes import sandbox_bench

SERVER = (
    "import socket, sys; s = socket.create_server(('127.0.0.1', 4001)); print('ready', flush=True); sys.stdin.read()"
)


async def test_gives_out_what_runs_here(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path) as bench:
        sandbox = await bench.running()
        machine = bench.sandboxes.machines.get(sandbox.id)
        assert machine is not None
        assert await bench.sandboxes.machines.ports(sandbox.id) == []
        assert await first_line(await machine.start_process(Command(["python3", "-c", SERVER]))) == "ready"
        assert [port.port for port in await bench.sandboxes.machines.ports(sandbox.id)] == [4001]
        for elsewhere in (bench.more().machines, bench.sandboxes.machines):
            assert elsewhere.get(ObjectId()) is None
        assert await bench.others[0].machines.ports(sandbox.id) == []
        await machine.stop()
        assert await bench.sandboxes.machines.ports(sandbox.id) == []
