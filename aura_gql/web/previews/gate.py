"""The door to previews for all browsers together."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine

import h11

from aura_gql.previews.service import PreviewService
from aura_gql.web.previews import pages
from aura_gql.web.previews.bounds import ProxyBounds
from aura_gql.web.previews.connection import PreviewConnection
from aura_gql.web.previews.exchange import ClientGone
from aura_gql.web.previews.heads import BadMessage, check_request
from aura_gql.web.previews.peer import Peer, PeerGone

_FULL = "As many connections are open as may be. Reload the page in a moment."

_log = logging.getLogger(__name__)


class PreviewGate:
    """Takes connections within the bounds and serves them; nothing else of the server is to be had here."""

    def __init__(self, previews: PreviewService, bounds: ProxyBounds) -> None:
        self._previews = previews
        self._bounds = bounds
        self._open: dict[asyncio.Task[None], PreviewConnection] = {}
        self._by_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection in the background; it is closed at its end, whatever happened."""
        client = Peer(reader, writer, h11.SERVER, check_request)
        address = str((writer.get_extra_info("peername") or ("",))[0])
        addresses = self._previews.addresses
        if addresses is None:
            client.abort()
            return
        connection = PreviewConnection(client, address, self._previews, addresses, self._bounds)
        is_within = self._is_within(address)
        task = asyncio.create_task(self._settle(client, connection.serve() if is_within else self._turn_away(client)))
        self._open[task] = connection
        self._by_address[address] += 1
        task.add_done_callback(lambda _: self._forget(task, address))

    async def close(self, grace_s: float) -> None:
        """End what waits for a next request now, and what is being answered within `grace_s`."""
        for task, connection in self._open.items():
            connection.finish()
            if connection.is_idle:
                task.cancel()
        if self._open:
            await asyncio.wait(set(self._open), timeout=grace_s)
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(set(self._open))

    async def _settle(self, client: Peer, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (ClientGone, PeerGone, BadMessage, ConnectionError, TimeoutError, h11.ProtocolError):
            client.abort()
        except Exception:
            _log.exception("A connection to a preview failed")
            client.abort()
        finally:
            await client.close()

    def _is_within(self, address: str) -> bool:
        if len(self._open) >= self._bounds.max_connections:
            return False
        return self._by_address[address] < self._bounds.max_connections_per_address or self._bounds.trusts(address)

    def _forget(self, task: "asyncio.Task[None]", address: str) -> None:
        del self._open[task]
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    async def _turn_away(self, client: Peer) -> None:
        await client.send(*pages.answer(503, _FULL, close=True), h11.EndOfMessage())
