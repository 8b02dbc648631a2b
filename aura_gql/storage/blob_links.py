"""Links to blobs: the store's own addresses where it has some, else signed ones of this server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput
from aura_gql.storage.errors import BlobCorrupted
from aura_gql.storage.filenames import check_filename
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.storage.signing import DOWNLOADS, DownloadClaim, LinkSigner
from aura_gql.storage.values import DownloadGrant


@dataclass(frozen=True, slots=True)
class LinkedBlob:
    """A blob of `size` bytes as a reader is to get it: as a file of this name and media type."""

    key: BlobKey
    size: int
    filename: str
    content_type: str


@dataclass(frozen=True, slots=True)
class DownloadLink:
    """An address that gives a blob to whoever has it; one that begins with `/` is below the server's own."""

    blob: LinkedBlob
    url: str
    expires_at: datetime


class BlobLinks:
    """Makes links, and reads what those of this server lead to."""

    def __init__(self, blobs: BlobStore, signer: LinkSigner, max_ttl_s: int) -> None:
        """A link works for `max_ttl_s` seconds, or for fewer where its maker says so."""
        self._blobs = blobs
        self._signer = signer
        self._max_ttl_s = max_ttl_s

    async def make(self, user_id: str, blob: LinkedBlob, expires_in_s: int | None = None) -> DownloadLink:
        """A link to a blob that the user has been shown to own; InvalidInput on `filename` or `expiresInS`."""
        ttl_s = self._max_ttl_s if expires_in_s is None else expires_in_s
        if not 1 <= ttl_s <= self._max_ttl_s:
            message = f"A link lasts 1 to {self._max_ttl_s:,} seconds, not {ttl_s:,}."
            raise InvalidInput(message, field=("expiresInS",))
        check_filename(blob.filename)
        expires_at = utcnow().replace(microsecond=0) + timedelta(seconds=ttl_s)
        url = await self._blobs.download_url(blob.key, DownloadGrant(blob.filename, blob.content_type, ttl_s))
        return DownloadLink(blob, url or self._own_url(user_id, blob, expires_at), expires_at)

    async def claimed(self, token: str) -> DownloadClaim:
        """What a token of ours leads to, which is there in its full length.

        LinkRefused, LinkExpired, BlobNotFound; BlobCorrupted, StorageUnavailable.
        """
        claim = self._signer.read(DownloadClaim, token)
        info = await self._blobs.stat(BlobKey(claim.scope, claim.sha256))
        if info.size != claim.size:
            raise BlobCorrupted(f"The stored bytes of {claim.sha256} are damaged.")
        return claim

    def read(self, claim: DownloadClaim, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a claim, or a part of them, in pieces of at most 256 KiB; the whole ends with BlobCorrupted, in
        place of its last piece, where they are not what the claim names.
        """
        return self._blobs.read(BlobKey(claim.scope, claim.sha256), start, length)

    def _own_url(self, user_id: str, blob: LinkedBlob, expires_at: datetime) -> str:
        key, end = blob.key, int(expires_at.timestamp())
        claim = DownloadClaim(user_id, key.scope, key.sha256, blob.size, blob.filename, blob.content_type, end)
        return DOWNLOADS + self._signer.sign(claim)
