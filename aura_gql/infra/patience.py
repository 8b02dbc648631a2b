"""Waiting out a database that is away for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from pymongo.errors import PyMongoError

from aura_gql.infra.mongo import is_database_unavailable

ResultT = TypeVar("ResultT")

PATIENCE_S = 60.0
_log = structlog.get_logger(__name__)


async def patiently(action: Callable[[], Awaitable[ResultT]], *, patience_s: float = PATIENCE_S) -> ResultT:
    """The action's result, tried again while MongoDB does not answer, for `patience_s` seconds; then its error.

    The action must be safe to repeat: its first try may have worked with only the answer lost.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_s
    delay_s = 0.05
    while True:
        try:
            return await action()
        except PyMongoError as error:
            if not is_database_unavailable(error) or loop.time() + delay_s > deadline:
                raise
            _log.warning("mongo.away", error=type(error).__name__)
        await asyncio.sleep(delay_s)
        delay_s = min(delay_s * 2, 2.0)
