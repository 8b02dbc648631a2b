"""What listens in a machine, whose that is, and what is used."""

import pytest

from aura_gql.sandboxes.values import Command
from tests.support.processes import first_line
from tests.support.vendors.remote import TryoutWorld

pytestmark = pytest.mark.asyncio(loop_scope="module")

SERVER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("up", flush=True)
time.sleep(600)
"""


async def test_the_vendors_own_ports_are_left_out(tryout: TryoutWorld) -> None:
    box = await tryout.create("ports")
    (machine,) = [each for each in tryout.vendor.machines.values() if each.wish.sandbox_id == "ports"]
    await machine.guest.signal(1, 0)
    vendors = await machine.guest.spawn(["python3", "-c", SERVER, "49983"])
    assert await vendors.stdout.readline() == b"up\n"
    await box._channel.drop()
    process = await box.start_process(Command(["python3", "-c", SERVER, "8000"]))
    assert await first_line(process) == "up"
    assert [(port.port, port.process_name) for port in await box.ports()] == [(8000, "python3")]
    assert (await box.metrics()).processes == 3  # the supervisor, a keeper and the server
    await box.stop()
