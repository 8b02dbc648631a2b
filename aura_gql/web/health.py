"""`GET /healthz`: whether this process lives. `GET /readyz`: whether it can do its work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

OK = "ok"
UNAVAILABLE = "unavailable"

Probe = Callable[[], Awaitable[object]]
"""Tries a part that the server needs, and raises where it does not work."""

_NOT_STORED = {"cache-control": "no-store"}

_log = logging.getLogger(__name__)


class Check:
    """Tries one part, at most once in `fresh_s` seconds however often it is asked: anybody may ask."""

    def __init__(
        self, name: str, probe: Probe, *, timeout_s: float = 1.5, fresh_s: float = 1.0, retry_s: float = 1.0
    ) -> None:
        """A part that does not answer within `timeout_s` does not work. What failed is tried again after `retry_s`."""
        self.name = name
        self._probe = probe
        self._timeout_s = timeout_s
        self._fresh_s = fresh_s
        self._retry_s = retry_s
        self._is_well = False
        self._tried_at: float | None = None
        self._trying = asyncio.Lock()

    async def is_well(self) -> bool:
        """Whether it works, as of a moment ago."""
        async with self._trying:
            now = monotonic()
            if self._tried_at is None or now - self._tried_at >= (self._fresh_s if self._is_well else self._retry_s):
                self._is_well = await self._try()
                self._tried_at = monotonic()
        return self._is_well

    async def _try(self) -> bool:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._probe()
        except Exception as error:
            _log.warning("A health check fails: %s: %s", self.name, type(error).__name__)
            return False
        return True


class Liveness:
    """Answers 200 for as long as the process answers at all: it is for those who would restart it.

    What it says of the database is for people to read. A restart does not bring a database back, so its being away
    changes nothing about the status; that is what `Readiness` is for.
    """

    def __init__(self, database: Check, version: str) -> None:
        """It says of `database` whether it answers."""
        self._database = database
        self._version = version
        self._began = monotonic()

    async def __call__(self, request: Request) -> Response:
        """One check."""
        facts = {
            "status": OK,
            "database": OK if await self._database.is_well() else UNAVAILABLE,
            "version": self._version,
            "uptime_s": int(monotonic() - self._began),
        }
        return JSONResponse(facts, 200, _NOT_STORED)


class Readiness:
    """Answers 200 while the server has started, is not stopping, and every part that it needs works; else 503.

    It is for those who send requests here or elsewhere.
    """

    def __init__(self, parts: tuple[Check, ...]) -> None:
        """Not ready until `start` is called."""
        self._parts = parts
        self._stage = "starting"

    def start(self) -> None:
        """Everything is up: from now on the parts decide."""
        self._stage = "serving"

    def stop(self) -> None:
        """No more requests are wanted here, though those under way go on."""
        self._stage = "stopping"

    async def __call__(self, request: Request) -> Response:
        """One check."""
        parts = await self._examine() if self._stage == "serving" else {}
        is_ready = self._stage == "serving" and all(parts.values())
        facts = {
            "status": OK if is_ready else UNAVAILABLE,
            "stage": self._stage,
            **{name: OK if is_well else UNAVAILABLE for name, is_well in parts.items()},
        }
        return JSONResponse(facts, 200 if is_ready else 503, _NOT_STORED)

    async def _examine(self) -> Mapping[str, bool]:
        found = await asyncio.gather(*(part.is_well() for part in self._parts))
        return {part.name: is_well for part, is_well in zip(self._parts, found, strict=True)}
