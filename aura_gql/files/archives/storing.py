"""Putting a whole archive into the blob store."""

import os

from aura_gql.files.archives.errors import ArchiveTooLarge
from aura_gql.files.archives.records import ArchiveBounds, ArchiveFacts
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobStore
from aura_gql.storage.spooling import Spool
from aura_gql.storage.sweeping.guard import BlobGuard


async def store(
    blobs: BlobStore,
    guard: BlobGuard,
    spool: Spool,
    scope: str,
    file_count: int,
    total_bytes: int,
    bounds: ArchiveBounds,
) -> ArchiveFacts:
    """What the archive in a spool is, once its bytes are safe, and stay so for the minutes that naming them may take.

    ArchiveTooLarge, StorageUnavailable.
    """
    size = spool.file.seek(0, os.SEEK_END)
    check_size(size, bounds)
    blob = await blobs.put_file(scope, spool.path)
    # Behind the claim nobody removes it any more; before, the sweeper may have: it was there already, and unnamed.
    await guard.claim([blob])
    try:
        await blobs.stat(blob)
    except BlobNotFound:
        raise StorageUnavailable("The archive was removed while it was stored. Try again.") from None
    return ArchiveFacts(blob.sha256, size, file_count, total_bytes)


def check_size(size: int, bounds: ArchiveBounds) -> None:
    """ArchiveTooLarge for an archive of more bytes than any may have."""
    limit = bounds.max_archive_bytes
    if size > limit:
        raise ArchiveTooLarge(
            f"An archive has at most {limit:,} bytes; this one has {size:,}.",
            details={"resource": "archiveBytes", "limit": limit, "used": size},
        )
