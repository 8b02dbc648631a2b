"""What the sweeper asks of the rooms that name blobs."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from aura_gql.storage.sweeping.records import NamedBlob


class BlobReferences(Protocol):
    """A room whose documents name blobs.

    It names a blob only behind a claim of the `BlobGuard` on it, within the time that this promises.
    """

    @property
    def parents(self) -> Sequence[str]:
        """Below which scopes the room keeps its blobs. No other scopes are swept."""
        ...

    async def named(self, scope: str, digests: Sequence[str]) -> set[str]:
        """Those of the digests that a document of the room names in the scope, also for the first time a moment ago.

        Up to a thousand, by indexes alone. Where the room doubts it says that they are named.
        """
        ...

    def walk(self) -> AsyncIterator[NamedBlob]:
        """Every blob that the room names, at least once, in little memory however many there are."""
        ...
