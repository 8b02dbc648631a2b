"""An archive has a most."""

import pytest

from aura_gql.files.archives.errors import ArchiveTooLarge
from aura_gql.files.archives.records import ArchiveBounds
from aura_gql.files.archives.storing import store
from aura_gql.storage.spooling import Spools
from aura_gql.storage.sweeping.guard import BlobGuard
from tests.files.archives.room import ArchiveRoom


async def test_what_is_too_large_is_not_stored(room: ArchiveRoom) -> None:
    blobs = room.world.blobs
    with Spools(room.folder).open() as spool:
        spool.file.write(b"12345")
        spool.file.flush()
        facts = await store(blobs, BlobGuard(), spool, "projects/x", 1, 9, ArchiveBounds(max_archive_bytes=5))
        with pytest.raises(ArchiveTooLarge) as refused:
            await store(blobs, BlobGuard(), spool, "projects/y", 1, 9, ArchiveBounds(max_archive_bytes=4))
    assert (facts.size, facts.file_count, facts.total_bytes) == (5, 1, 9)
    assert refused.value.details == {"resource": "archiveBytes", "limit": 4, "used": 5}
    assert [key.sha256 async for key in blobs.keys("projects/x")] == [facts.sha256]
    assert [key async for key in blobs.keys("projects/y")] == []
