"""Making files of a stream: written aside while it comes, put in place when it has come to its end."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Protocol

from aura_gql.sandboxes.providers.local.staging import Staging
from aura_gql.sandboxes.providers.local.steps import Steps

PIECE_BYTES = 256 * 1024


class Unpacking(Protocol):
    """What makes files of bytes, in a staging. Its methods block."""

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        ...

    def finish(self) -> None:
        """Nothing more comes: raises where something is missing."""
        ...

    def close(self) -> None:
        """Let go of the file that is being written. Safe to repeat; raises nothing."""
        ...


async def take_in(staging: Staging, unpacking: Unpacking, stream: AsyncIterator[bytes]) -> None:
    """All of what a stream brings, or nothing, also where the caller is cancelled; a piece at a time, so the sender is
    held back while the disk works. What `unpacking` and `stream` raise, UnsafePath, SandboxQuotaExceeded, SandboxGone.
    """
    steps = Steps()

    def put_in_place() -> None:
        unpacking.finish()
        staging.commit()

    def end() -> None:
        try:
            unpacking.close()
        finally:
            staging.__exit__(None, None, None)

    try:
        await steps.take(staging.__enter__)
        async for data in stream:
            for start in range(0, len(data), PIECE_BYTES):
                await steps.take(partial(unpacking.feed, data[start : start + PIECE_BYTES]))
        await steps.take(put_in_place)
    finally:
        await asyncio.shield(steps.end(end))
