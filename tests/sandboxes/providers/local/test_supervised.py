"""The end of whoever gives a supervisor its orders."""

import os
import socket
import subprocess

import pytest

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.supervised import Supervised


class Ordered(Supervised):
    """One whose supervisor is the test."""

    async def kill(self, why: str = "ended") -> None:
        self._control.close()


async def test_orders_arrive_until_nobody_takes_them() -> None:
    ours, theirs = wire.channel_pair()
    with subprocess.Popen(["sleep", "600"]) as child:  # noqa: ASYNC220 - of a moment
        machine = Ordered(child.pid, ours)
        assert machine.is_alive()
        await machine.send(b"kill-all")
        assert theirs.recv(100) == b"kill-all"
        theirs.close()
        with pytest.raises(SandboxGone):
            await machine.send(b"kill-all")
        with pytest.raises(SandboxGone):
            await machine.ask(b"kill-all")
        child.kill()
        child.wait()
        assert not machine.is_alive()
        await machine.kill()
        os.close(machine._pidfd)
    assert isinstance(theirs, socket.socket)
