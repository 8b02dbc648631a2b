"""The end of whoever gives a supervisor its orders: whatever fences it in, and whichever machine it is on."""

import asyncio
import contextlib
import os
import select
import socket
from abc import ABC, abstractmethod
from collections.abc import Sequence

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.cgroups import Cgroup
from aura_gql.sandboxes.providers.local.readiness import readable


class Supervised(ABC):
    """A supervisor that runs, and with it all commands. `gone` tells why, once nothing of it runs any more."""

    def __init__(self, pid: int, control: socket.socket, cgroup: Cgroup | None = None) -> None:
        """`pid` is the supervisor's, as it is seen here; the socket is taken over."""
        self.pid = pid
        self.cgroup = cgroup
        self.gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._control = control
        self._pidfd = os.pidfd_open(pid)
        self._sending = asyncio.Lock()

    @abstractmethod
    async def kill(self, why: str = ...) -> None:
        """End everything in it. Returns when all has gone. Safe to repeat: the first `why` counts."""

    async def send(self, message: bytes, descriptors: Sequence[int] = ()) -> None:
        """Hand the supervisor an order. Raises SandboxGone."""
        try:
            async with self._sending:
                await wire.send(self._control, message, descriptors)
        except OSError as error:
            raise SandboxGone("The sandbox has ended.") from error

    async def ask(self, message: bytes) -> None:
        """Hand the supervisor an order and wait until it is done, or the machine has ended. Raises SandboxGone."""
        ours, theirs = wire.channel_pair()
        with ours:
            with theirs:
                await self.send(message, [theirs.fileno()])
            await readable(ours.fileno())

    async def connect(self, version: int, port: int) -> socket.socket | int:
        """Have the supervisor connect to the loopback address of an IP version: a socket that may still be connecting,
        or the errno. Raises SandboxGone.
        """
        ours, theirs = wire.channel_pair()
        with ours:
            with theirs:
                await self.send(b"connect\0%d\0%d" % (version, port), [theirs.fileno()])
            try:
                return await wire.receive_socket(ours)
            except OSError as error:
                raise SandboxGone("The sandbox has ended.") from error

    async def listen(self, port: int) -> socket.socket | int:
        """Have the supervisor listen on 127.0.0.1: the socket, on which the host accepts, or the errno. SandboxGone.

        It keeps the sandbox's network alive until it is closed.
        """
        ours, theirs = wire.channel_pair()
        with ours:
            with theirs:
                await self.send(b"listen\0%d" % port, [theirs.fileno()])
            try:
                return await wire.receive_socket(ours)
            except OSError as error:
                raise SandboxGone("The sandbox has ended.") from error

    def is_alive(self) -> bool:
        """Whether the supervisor runs at this moment, so that what was read about its pid just now was about it."""
        if self.gone.done():
            return False
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return not poll.poll(0)

    async def answers(self) -> bool:
        """Whether the supervisor says so itself: one that is being killed closes its sockets before it has ended.
        Waits for one that is frozen.
        """
        ours, theirs = wire.channel_pair()
        with ours:
            with theirs, contextlib.suppress(SandboxGone):
                await self.send(b"ping", [theirs.fileno()])
            await readable(ours.fileno())
            return bool(ours.recv(wire.REPORT_BYTES))
