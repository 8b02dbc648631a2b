"""`GET /healthz`: whether this process can do its work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_log = logging.getLogger(__name__)


class HealthCheck:
    """Answers 200 while the database answers in time, else 503. It is the endpoint of a route."""

    def __init__(self, ping: Callable[[], Awaitable[object]], version: str, timeout_s: float = 2.0) -> None:
        """`ping` asks the database anything, and raises where it can't."""
        self._ping = ping
        self._version = version
        self._timeout_s = timeout_s
        self._began = monotonic()

    async def __call__(self, request: Request) -> Response:
        """One check."""
        alive = await self._database_answers()
        facts = {
            "status": "ok" if alive else "unavailable",
            "database": "ok" if alive else "unavailable",
            "version": self._version,
            "uptime_s": int(monotonic() - self._began),
        }
        return JSONResponse(facts, 200 if alive else 503, {"cache-control": "no-store"})

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._ping()
        except Exception as error:
            _log.warning("The database does not answer the health check: %s", type(error).__name__)
            return False
        return True
