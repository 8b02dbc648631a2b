"""The bytes of operations, made safe before the database names them."""

import asyncio
import hashlib
from collections.abc import Mapping
from functools import cached_property

from aura_gql.files.ports import Content
from aura_gql.files.writing.operations import StoredContent
from aura_gql.kernel.languages import is_binary
from aura_gql.storage.ports import BlobKey, BlobStore

_AT_ONCE = 8


class HeldBytes:
    """A Content that is in memory already."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self._data)

    @cached_property
    def sha256(self) -> str:
        """Their SHA-256 in hexadecimal."""
        return hashlib.sha256(self._data).hexdigest()

    @cached_property
    def is_binary(self) -> bool:
        """Whether they are something other than UTF-8 text."""
        return is_binary(self._data)

    async def read(self) -> bytes:
        """All of them."""
        return self._data


def held_contents(scope: str, contents: Mapping[str, Content]) -> dict[str, StoredContent] | None:
    """What `keep_contents` is going to give for contents that are in memory; None where one has to be read first."""
    held = {name: content for name, content in contents.items() if isinstance(content, HeldBytes)}
    if len(held) < len(contents):
        return None
    return {
        name: StoredContent(BlobKey(scope, content.sha256), content.size, content.is_binary)
        for name, content in held.items()
    }


async def keep_contents(blobs: BlobStore, scope: str, contents: Mapping[str, Content]) -> dict[str, StoredContent]:
    """The contents, under the same names, once their bytes are in the store; a few at a time, so that memory stays
    bounded. StorageUnavailable, and whatever reading raises.
    """
    turns = asyncio.Semaphore(_AT_ONCE)

    async def keep(content: Content) -> StoredContent:
        async with turns:
            held = content if isinstance(content, HeldBytes) else HeldBytes(await content.read())
            return StoredContent(await blobs.put(scope, await held.read()), held.size, held.is_binary)

    try:
        async with asyncio.TaskGroup() as group:
            kept = {name: group.create_task(keep(content)) for name, content in contents.items()}
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return {name: task.result() for name, task in kept.items()}
