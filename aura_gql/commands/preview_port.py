"""The port of previews, beside the public one: an origin of its own for each, and nothing of ours."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aura_gql.web.previews.gate import PreviewGate
from aura_gql.web.previews.peer import READ_BYTES

_BACKLOG = 512


@asynccontextmanager
async def preview_port(gate: PreviewGate, bound: socket.socket, grace_s: float) -> AsyncIterator[None]:
    """Take connections at `bound` for as long as the context lasts; what is being answered then has `grace_s`."""
    server = await asyncio.start_server(gate.take, sock=bound, limit=READ_BYTES, backlog=_BACKLOG)
    try:
        yield
    finally:
        server.close()
        await gate.close(grace_s)
        await server.wait_closed()
