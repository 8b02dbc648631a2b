"""What the archives' room asks of whoever brings archives."""

from collections.abc import AsyncIterator
from typing import Protocol

from bson import ObjectId


class ArchiveBytes(Protocol):
    """An archive that somebody brings, read once and piece by piece."""

    @property
    def size(self) -> int:
        """How many bytes it has."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, a bounded piece at a time."""
        ...


class ArchiveSource(Protocol):
    """Where a user's archive comes from."""

    @property
    def fingerprint(self) -> str:
        """What is the same where the same archive is brought again."""
        ...

    @property
    def subject(self) -> str:
        """The input that names it, which errors about the archive point at."""
        ...

    @property
    def reservation(self) -> ObjectId | None:
        """Under which id its bytes are set aside in the quota of who brings it; None where they are not."""
        ...

    async def open(self) -> ArchiveBytes:
        """The archive; a DomainError says why there is none."""
        ...

    async def discard(self) -> None:
        """Let go of it: it is kept. Safe to repeat."""
        ...
