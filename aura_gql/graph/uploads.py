"""Files that come with a request: kept on disk, in one unnamed file, until the request ends."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, MutableMapping
from contextlib import ExitStack
from typing import IO, Any

from graphql import GraphQLError, ValueNode

_UPLOADS = "aura.uploads"
_PIECE_BYTES = 256 * 1024
_NO_FILE = "Upload must be a file part of a multipart request, which `map` puts in the place of null."


class UploadedFile:
    """A file of a multipart request; `size` in bytes. It can be read until the request is answered."""

    def __init__(self, spool: IO[bytes]) -> None:
        """A file that begins where `spool` ends, and is written before any other is begun."""
        self._spool = spool
        self._offset = spool.seek(0, os.SEEK_END)
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Add to it. Blocks."""
        self._spool.write(data)
        self._digest.update(data)
        self.size += len(data)

    async def read(self) -> bytes:
        """All its bytes."""
        return await asyncio.to_thread(self._read)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes, a piece at a time."""
        for start in range(0, self.size, _PIECE_BYTES):
            yield await asyncio.to_thread(self._read, start, _PIECE_BYTES)

    def _read(self, start: int = 0, most: int | None = None) -> bytes:
        self._spool.flush()
        left = self.size - start
        return os.pread(self._spool.fileno(), left if most is None else min(left, most), self._offset + start)


def uploads_of(scope: MutableMapping[str, Any]) -> ExitStack:
    """What the request with this ASGI scope holds for its uploads, until `discard_uploads`."""
    held: ExitStack = scope.setdefault(_UPLOADS, ExitStack())
    return held


def open_spool(scope: MutableMapping[str, Any]) -> IO[bytes]:
    """An empty file for the uploads of the request with this ASGI scope. It has no name: a crash leaves nothing."""
    return uploads_of(scope).enter_context(tempfile.TemporaryFile())


def discard_uploads(scope: MutableMapping[str, Any]) -> None:
    """Let go of what came with a request, if anything did."""
    held = scope.pop(_UPLOADS, None)
    if held is not None:
        held.close()


def take_upload(value: object) -> UploadedFile:
    """The file that stands in a variable; GraphQLError for whatever else does."""
    if not isinstance(value, UploadedFile):
        raise GraphQLError(_NO_FILE)
    return value


def refuse_literal(node: ValueNode, variables: object = None) -> UploadedFile:
    """GraphQLError: a document can't hold a file."""
    raise GraphQLError(_NO_FILE, node)


def refuse_result(value: object) -> object:
    """GraphQLError: files are never part of an answer."""
    raise GraphQLError("An Upload can't be part of an answer.")
