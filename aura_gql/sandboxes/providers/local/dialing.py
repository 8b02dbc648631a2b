"""Connections to what listens inside a sandbox, which has no network that leads there."""

import asyncio
import socket

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.errors import PortNotOpen
from aura_gql.sandboxes.providers.local.listening import OWN_PORTS
from aura_gql.sandboxes.providers.local.readiness import writable
from aura_gql.sandboxes.providers.local.supervised import Supervised

# A server with a full queue leaves us waiting, and the kernel would try for two minutes.
CONNECT_TIMEOUT_S = 10.0
LAST_PORT = 65535


async def dial(machine: Supervised, port: int) -> socket.socket:
    """A connected socket, non-blocking, to 127.0.0.1 inside, else to ::1; the caller's to close.

    Raises PortNotOpen, InvalidInput, SandboxGone. With the sandbox its other end goes.
    """
    if not 1 <= port <= LAST_PORT:
        raise InvalidInput(f"A port is a number from 1 to {LAST_PORT}.", field=("port",))
    if port not in OWN_PORTS:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                for version in (4, 6):
                    connection = await _connect(machine, version, port)
                    if connection is not None:
                        return connection
        except TimeoutError:
            raise PortNotOpen(f"What listens on port {port} in the sandbox accepts no connection.") from None
    raise PortNotOpen(f"Nothing listens on port {port} in the sandbox.")


async def _connect(machine: Supervised, version: int, port: int) -> socket.socket | None:
    """A connection over that IP version; None where there is none to be had."""
    connection = await machine.connect(version, port)
    if isinstance(connection, int):
        return None
    try:
        await writable(connection.fileno())
        if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 and not is_to_itself(connection):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    except OSError:  # It was reset at once.
        pass
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def is_to_itself(connection: socket.socket) -> bool:
    """Whether the kernel chose the very port that we connect to as our own: TCP takes that for a meeting half-way."""
    return bool(connection.getsockname() == connection.getpeername())
