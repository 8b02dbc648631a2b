"""What the rest of the server may ask of a blob store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BlobKey:
    """Where a blob lives: a scope (`templates`, or `projects/<project id>`) and the SHA-256 of its bytes, in hex.

    Projects start by reference to `templates` blobs and keep what their users write in a scope of their own, so that
    deleting a project deletes its scope and can touch nobody else's bytes.
    """

    scope: str
    sha256: str


class BlobStore(Protocol):
    """Content-addressed bytes. Every method may raise StorageUnavailable, and is safe to repeat."""

    async def put(self, scope: str, data: bytes) -> BlobKey:
        """Keep `data` durably and give its key. Writing what is already there changes nothing.

        Returns only when the bytes would survive a crash, so that the caller may name the key in the database.
        """
        ...

    async def get(self, key: BlobKey) -> bytes:
        """The bytes, checked against the key. BlobNotFound where there are none, BlobCorrupted where they differ."""
        ...

    async def delete(self, key: BlobKey) -> None:
        """Remove one blob, for good. Nothing happens where it is not there.

        Only for a blob that nothing in the database names and that nothing can come to name.
        """
        ...

    async def delete_scope(self, scope: str) -> int:
        """Remove every blob of a scope; the number removed. A scope that is not there counts 0."""
        ...

    def keys(self, scope: str) -> AsyncIterator[BlobKey]:
        """Every key of a scope, in no promised order."""
        ...

    async def check(self) -> None:
        """Prove by a write, a read and a delete that the store works; StorageUnavailable says what is wrong."""
        ...

    async def close(self) -> None:
        """Let go of connections; the store is not used afterwards."""
        ...
