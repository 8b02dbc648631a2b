"""Connections to what listens in a vendor's machine: ends of socket pairs, with streams of the channel behind them."""

import asyncio
import socket

from aura_gql.kernel.errors import InvalidInput, ProviderUnavailable
from aura_gql.sandboxes.providers.remote.channel import Channel
from aura_gql.sandboxes.providers.remote.wire.bridging import bridge
from aura_gql.sandboxes.providers.remote.wire.errors import PeerGone

LAST_PORT = 65535
CONNECT_TIMEOUT_S = 20.0


class Dialer:
    """Connects, and keeps what it connected going."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._bridges: set[asyncio.Task[None]] = set()

    async def dial(self, port: int) -> socket.socket:
        """As `Sandbox.connect` says."""
        if not 1 <= port <= LAST_PORT:
            raise InvalidInput(f"A port is a number from 1 to {LAST_PORT}.", field=("port",))
        peer = await self._channel.peer()
        try:
            stream = peer.open_stream()
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await peer.call("connect", {"port": port}, streams=[stream])
            except BaseException:
                stream.abort()
                raise
        except PeerGone:
            raise self._channel.lost() from None
        except TimeoutError:
            raise ProviderUnavailable("The sandbox does not answer.") from None
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setblocking(False)
        task = asyncio.create_task(bridge(stream, theirs), name="bridge")
        self._bridges.add(task)
        task.add_done_callback(self._bridges.discard)
        return ours
