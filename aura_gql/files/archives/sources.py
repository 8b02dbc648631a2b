"""The ways by which users bring archives."""

from dataclasses import dataclass
from typing import Protocol

from bson import ObjectId

from aura_gql.files.archives.ports import ArchiveBytes
from aura_gql.files.staging.records import UploadPurpose
from aura_gql.files.staging.service import UploadTickets


class _Digested(ArchiveBytes, Protocol):
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SentArchive:
    """An archive that came with the request itself."""

    content: _Digested
    subject = "file"

    @property
    def reservation(self) -> None:
        """Nothing is set aside for it yet."""

    @property
    def fingerprint(self) -> str:
        """Its SHA-256."""
        return self.content.sha256

    async def open(self) -> ArchiveBytes:
        """It is there."""
        return self.content

    async def discard(self) -> None:
        """It goes with its request."""


@dataclass(frozen=True, slots=True)
class StagedArchive:
    """An archive that was brought by ticket."""

    tickets: UploadTickets
    viewer_id: str
    project_id: ObjectId
    ticket_id: ObjectId
    subject = "uploadId"

    @property
    def reservation(self) -> ObjectId:
        """The ticket, under whose id its bytes are set aside."""
        return self.ticket_id

    @property
    def fingerprint(self) -> str:
        """The ticket, which is for these bytes alone."""
        return str(self.ticket_id)

    async def open(self) -> ArchiveBytes:
        """What was staged; UploadNotFound, UploadIncomplete, and UploadDamaged as it is read."""
        return await self.tickets.open(self.viewer_id, self.project_id, self.ticket_id, UploadPurpose.ARCHIVE)

    async def discard(self) -> None:
        """Remove what was staged."""
        await self.tickets.discard(self.ticket_id)
