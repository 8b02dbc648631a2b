"""What the rest of the server may ask of a blob store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aura_gql.storage.values import DownloadGrant, SignedRequest, StagedUpload, UploadGrant


@dataclass(frozen=True, slots=True)
class BlobKey:
    """Where a blob lives: a scope (`templates`, or `projects/<project id>`) and the SHA-256 of its bytes, in hex.

    Projects start by reference to `templates` blobs and keep what their users write in a scope of their own, so that
    deleting a project deletes its scope and can touch nobody else's bytes.
    """

    scope: str
    sha256: str


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """A blob that is there: its size in bytes, and when it came to be there (UTC, by the store's clock)."""

    key: BlobKey
    size: int
    modified_at: datetime


class BlobStore(Protocol):
    """Content-addressed bytes, and beside them a staging area for bytes that clients send directly.

    Errors. Every method may raise StorageUnavailable; its subclasses in `storage/errors.py` say what to do about it. A
    bad scope or upload name is a bug, ValueError. Nothing else comes out of a store, but what the caller's own iterator
    raises.

    Repeating. Every method is safe to repeat, also after an error that leaves open whether it was done: a blob is named
    by its bytes, so putting it twice is putting it once. Stores try again by themselves what passes by itself, with
    pauses, and give up within minutes; a caller need not, but may.

    Durability. What `put`, `put_file` and `write_upload` return for would survive a crash, so that the caller may name
    it in the database. After an error the bytes may be there all the same, never a part of them: a blob that nothing
    names, which a sweeper finds by `list`.

    Concurrency. Any number of calls at once, from several processes. A deletion beside a `put` of the same blob may
    come before or after it: who deletes must know that nothing can come to name the blob.
    """

    @property
    def is_near(self) -> bool:
        """Whether keeping a blob takes no longer than some statements to the database: then it may be done beside an
        open transaction, which others wait for.
        """
        ...

    async def put(self, scope: str, data: bytes) -> BlobKey:
        """Keep `data` and give its key. Writing what is already there changes nothing, its age included."""
        ...

    async def put_file(self, scope: str, source: Path) -> BlobKey:
        """Keep the bytes of a file of this host, of any size, in a few MiB of memory.

        It is read twice, first for its digest. StorageUnavailable where it can't be read, or changes meanwhile.
        """
        ...

    async def get(self, key: BlobKey) -> bytes:
        """The bytes, checked against the key. BlobNotFound where there are none, BlobCorrupted where they differ."""
        ...

    def read(self, key: BlobKey, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` on, `length` of them or all that follow, in pieces of at most 256 KiB.

        Beyond the end there are none. BlobNotFound before the first piece. A whole read is checked against the key, and
        BlobCorrupted comes in place of its last piece; a part can't be checked.
        """
        ...

    async def stat(self, key: BlobKey) -> BlobInfo:
        """The size and age of a blob, without its bytes; BlobNotFound where there is none."""
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

    def list(self, scope: str) -> AsyncIterator[BlobInfo]:
        """Every blob of a scope with its size and age, in no promised order; what comes or goes meanwhile may lack."""
        ...

    def scopes(self, parent: str) -> AsyncIterator[str]:
        """The scopes one level below `parent`: `projects` gives `projects/1` and `projects/2`; an empty one the top.

        One whose blobs are all gone, or lie deeper, may be among them.
        """
        ...

    async def download_url(self, key: BlobKey, grant: DownloadGrant) -> str | None:
        """A URL that gives the blob to anybody who holds it, as `grant` says, ranges included.

        It is made without asking the store, so the blob may be missing. None where the store serves no URLs: the bytes
        are then ours to serve.
        """
        ...

    async def upload_url(self, name: str, grant: UploadGrant) -> SignedRequest | None:
        """A request that puts bytes into the staging area under `name`, if they are as `grant` says; None as above.

        The store refuses another length and another type. It may be made again until it expires, and replaces what the
        last one left. `name` is 24 hexadecimal digits.
        """
        ...

    async def write_upload(self, name: str, chunks: AsyncIterator[bytes], size: int) -> None:
        """Keep exactly `size` bytes in the staging area; UploadSizeMismatch where more or fewer come.

        They appear whole or not at all, and replace what was there. The chunks can't be asked for twice, so a store
        holds a few MiB of them to try again.
        """
        ...

    def read_upload(self, name: str) -> AsyncIterator[bytes]:
        """The staged bytes in pieces of at most 256 KiB, not checked; BlobNotFound before the first."""
        ...

    async def stat_upload(self, name: str) -> int:
        """The size of what is staged, in bytes; BlobNotFound where nothing is."""
        ...

    async def delete_upload(self, name: str) -> None:
        """Remove what is staged. Nothing happens where nothing is."""
        ...

    def uploads(self) -> AsyncIterator[StagedUpload]:
        """All that is staged, in no promised order."""
        ...

    async def check(self) -> None:
        """Prove by a write, a read and a delete that the store works; StorageUnavailable says what is wrong."""
        ...

    async def close(self) -> None:
        """Let go of connections; the store is not used afterwards."""
        ...
