"""Digests of whole bodies, for which nobody else has to wait."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import TypeVar

# In less time than it takes to have a thread do it.
_SOON_BYTES = 64 * 1024

ResultT = TypeVar("ResultT")


def content_md5(data: bytes) -> str:
    """The digest by which a store knows that all of `data` came, as its header says it."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


async def digested(work: Callable[[bytes], ResultT], data: bytes) -> ResultT:
    """What `work`, which takes a digest of `data`, gives or raises; done in a thread unless it is soon done."""
    return work(data) if len(data) <= _SOON_BYTES else await asyncio.to_thread(work, data)
