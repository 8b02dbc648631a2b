"""Files come out of the store and into the archive in order of path, whatever order they are given in."""

import pytest

from aura_gql.files.archives.packing import pack
from aura_gql.files.archives.unpacking import PATH_RULES
from aura_gql.storage.archives.inspection import inspect
from aura_gql.storage.archives.values import ArchiveFormat, ArchiveLimits
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.spooling import Spools
from tests.files.archives.room import ArchiveRoom


async def test_order_does_not_matter_and_a_missing_blob_is_told(room: ArchiveRoom) -> None:
    project = await room.project()
    records = list((await room.world.files.tree_as_of(project, 5)).values())
    written = []
    for given in (records, records[::-1]):
        with Spools(room.folder).open() as spool:
            await pack(room.world.blobs, ArchiveFormat.ZIP, given, spool)
            found = inspect(spool.file, ArchiveLimits(max_file_bytes=3_000_000), PATH_RULES)
            written.append(spool.path.read_bytes())
    assert written[0] == written[1]
    assert [checked.entry.path for checked in found.entries] == sorted(record.path for record in records)

    await room.world.blobs.delete(BlobKey(records[0].scope, records[0].sha256))
    with Spools(room.folder).open() as spool, pytest.raises(BlobNotFound):
        await pack(room.world.blobs, ArchiveFormat.ZIP, records, spool)
