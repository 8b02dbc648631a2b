"""A second, small server beside the public one, for the machines that look after it."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

_GRACE_S = 1

_log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Leaves the signals to the command, and tells when it takes requests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@asynccontextmanager
async def machine_port(app: ASGIApp, bound: socket.socket) -> AsyncIterator[None]:
    """Serve `app` at `bound`, which is closed at the end, for as long as the context lasts."""
    config = uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=32,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = _Server(config)
    with bound:
        task = asyncio.create_task(server.serve(sockets=[bound]), name="machine port")
        try:
            await server.is_up.wait()
            host, port = bound.getsockname()[:2]
            _log.info("Metrics and health for machines at %s port %d", host, port)
            yield
        finally:
            server.should_exit = True
            await asyncio.wait([task])
