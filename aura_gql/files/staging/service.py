"""Tickets for large uploads: whoever has one brings the bytes by a signed request, beside the API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bson import ObjectId

from aura_gql.files.ports import ProjectAccess
from aura_gql.files.staging.content import StagedContent, promised
from aura_gql.files.staging.documents import UploadTicketDocument
from aura_gql.files.staging.errors import UploadIncomplete, UploadNotFound
from aura_gql.files.staging.records import IssuedTicket, NewStaged, StagingLimits, Ticket, UploadPurpose
from aura_gql.kernel.background import Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobStore
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.signing import UPLOADS, LinkSigner, UploadClaim
from aura_gql.storage.values import SignedRequest, UploadGrant

_SWEEP_S = 600.0
_SWEPT_AT_ONCE = 500


class UploadTickets:
    """Grants uploads, takes their bytes where the blob store can't do so itself, and gives them to who makes something
    of them. What nobody made anything of is removed some time after it expired.
    """

    def __init__(
        self,
        projects: ProjectAccess,
        blobs: BlobStore,
        quotas: StorageQuotas,
        signer: LinkSigner,
        limits: StagingLimits,
    ) -> None:
        self._projects = projects
        self._blobs = blobs
        self._quotas = quotas
        self._signer = signer
        self._limits = limits
        self._sweeper = Periodic("sweep uploads", _SWEEP_S, self.sweep)

    def start(self) -> None:
        """Remove what has expired, now and from time to time."""
        self._sweeper.start()

    async def stop(self) -> None:
        """No longer."""
        await self._sweeper.stop()

    async def issue(self, viewer_id: str, project_id: ObjectId, wanted: NewStaged) -> IssuedTicket:
        """A ticket for these bytes, which are set aside in the viewer's quota under its id until it is used or ends.

        ProjectNotFound, InvalidInput, UploadTooLarge, and the errors of the quota.
        """
        wanted.check()
        await self._projects.get(viewer_id, project_id)
        self._limits.check_size(wanted)
        now, limits = utcnow(), self._limits
        expires_at = now + timedelta(seconds=limits.url_ttl_s)
        ticket = Ticket(
            id=ObjectId(),
            user_id=viewer_id,
            project_id=project_id,
            purpose=wanted.purpose,
            size=wanted.size,
            sha256=wanted.sha256,
            content_type=wanted.content_type,
            expires_at=expires_at,
            kept_until=expires_at + timedelta(seconds=limits.kept_s),
        )
        lasts_s = limits.url_ttl_s + limits.kept_s
        await self._quotas.reserve(viewer_id, project_id, wanted.size, lasts_s=lasts_s, reservation_id=ticket.id)
        await UploadTicketDocument.add(ticket)
        return IssuedTicket(ticket.id, await self._request(ticket), expires_at)

    async def open(
        self, viewer_id: str, project_id: ObjectId, ticket_id: ObjectId, purpose: UploadPurpose
    ) -> StagedContent:
        """The bytes of the viewer's ticket for this project and purpose, checked as they are read.

        ProjectNotFound; UploadNotFound, also for one that was used; UploadIncomplete before all bytes are there.
        """
        await self._projects.get(viewer_id, project_id)
        ticket = await UploadTicketDocument.find_open(ticket_id)
        if ticket is None or (ticket.user_id, ticket.project_id, ticket.purpose) != (viewer_id, project_id, purpose):
            raise UploadNotFound("There is no such upload, or it was used or has expired.")
        try:
            size = await self._blobs.stat_upload(str(ticket_id))
        except BlobNotFound:
            raise UploadIncomplete("The bytes of this upload have not arrived yet.") from None
        if size != ticket.size:
            raise UploadIncomplete(f"{size:,} bytes of this upload have arrived, not {ticket.size:,}.")
        return StagedContent(ticket.size, ticket.sha256, self._blobs.read_upload(str(ticket_id)))

    async def discard(self, ticket_id: ObjectId) -> None:
        """Let go of an upload whose bytes became something. Safe to repeat.

        Where the store is away they are swept later: what they became is there, and what was set aside is given back.
        """
        user_id = await UploadTicketDocument.use(ticket_id)
        if user_id is not None:
            await self._quotas.release(user_id, ticket_id)
        with suppress(StorageUnavailable):
            await self._blobs.delete_upload(str(ticket_id))

    async def claimed(self, token: str) -> UploadClaim:
        """What a token of ours lets its holder bring now; LinkRefused, LinkExpired, UploadNotFound once it is used."""
        claim = self._signer.read(UploadClaim, token)
        if await UploadTicketDocument.find_open(ObjectId(claim.name)) is None:
            raise UploadNotFound("This upload was used already, or its project is gone.")
        return claim

    async def receive(self, claim: UploadClaim, chunks: AsyncIterator[bytes]) -> None:
        """Keep the bytes of an upload, all or none; again does no harm. UploadDamaged where they are others."""
        await self._blobs.write_upload(claim.name, promised(chunks, claim.size, claim.sha256), claim.size)

    async def sweep(self) -> None:
        """Remove the staged bytes that no open ticket names any more."""
        names: list[str] = []
        oldest = datetime.now(UTC) - timedelta(seconds=self._limits.kept_s)
        async for staged in self._blobs.uploads():
            if staged.modified_at < oldest:
                names.append(staged.name)
            if len(names) == _SWEPT_AT_ONCE:
                await self._remove_closed(names)
                names = []
        await self._remove_closed(names)

    async def remove_project(self, project_id: ObjectId) -> None:
        """Forget the uploads to a project that is being deleted, with their bytes. Safe to repeat."""
        for ticket_id in await UploadTicketDocument.remove_project(project_id):
            await self._blobs.delete_upload(str(ticket_id))

    async def _request(self, ticket: Ticket) -> SignedRequest:
        name, ttl_s = str(ticket.id), self._limits.url_ttl_s
        grant = UploadGrant(ticket.size, ticket.content_type, ticket.sha256, ttl_s)
        request = await self._blobs.upload_url(name, grant)
        if request is not None:
            return request
        end = int(ticket.expires_at.timestamp())
        claim = UploadClaim(ticket.user_id, name, ticket.size, ticket.sha256, ticket.content_type, end)
        return SignedRequest("PUT", UPLOADS + self._signer.sign(claim), {"Content-Type": ticket.content_type})

    async def _remove_closed(self, names: Sequence[str]) -> None:
        if not names:
            return
        kept = await UploadTicketDocument.open_ids([ObjectId(name) for name in names])
        for name in names:
            if ObjectId(name) not in kept:
                await self._blobs.delete_upload(name)
