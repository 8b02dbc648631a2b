"""Archives that are brought: set aside, kept, and given up without a trace."""

from hashlib import sha256

import pytest
from bson import ObjectId

from aura_gql.files.archives.errors import ArchiveTooLarge, TooManyArchives
from aura_gql.files.archives.sources import StagedArchive
from aura_gql.files.staging.errors import UploadNotFound
from aura_gql.files.staging.records import NewStaged, StagingLimits, UploadPurpose
from aura_gql.files.staging.service import UploadTickets
from aura_gql.projects.records import ProjectStatus
from aura_gql.storage.signing import LinkSigner
from tests.files.archives.room import ArchiveRoom, Brought
from tests.files.world import ADA
from tests.support.hostile_archives import zip_of


async def staged(room: ArchiveRoom, project: ObjectId, data: bytes) -> StagedArchive:
    """An archive that came by ticket."""
    signer = LinkSigner("a secret")
    tickets = UploadTickets(room.world.projects, room.world.blobs, room.quotas, signer, StagingLimits())
    new = NewStaged(UploadPurpose.ARCHIVE, len(data), sha256(data).hexdigest())
    ticket = await tickets.issue(ADA, project, new)
    await room.world.blobs.write_upload(str(ticket.id), Brought(data).chunks(), len(data))
    return StagedArchive(tickets, ADA, project, ticket.id)


async def test_a_ticket_is_used_up_with_what_was_set_aside_for_it(room: ArchiveRoom) -> None:
    project, data = await room.world.project(), zip_of(("a", b"x" * 30_000))
    source = await staged(room, project, data)
    assert await room.used() == (0, len(data))
    record, batch = await room.archives.upload(ADA, project, source, None, "once")
    assert batch is None
    assert await room.used() == (len(data), 0)
    assert await room.archives.upload(ADA, project, source, None, "once") == (record, None)
    with pytest.raises(UploadNotFound):
        await room.archives.upload(ADA, project, source)


async def test_a_ticket_whose_archive_is_refused_can_be_used_again(room: ArchiveRoom) -> None:
    project, data = await room.world.project(), zip_of(("a", b"x"))
    kept = [await room.upload(project, zip_of((name, b""))) for name in "abc"]
    source = await staged(room, project, data)
    with pytest.raises(TooManyArchives):
        await room.archives.upload(ADA, project, source)
    await room.archives.remove(ADA, kept[0].id)
    assert (await room.archives.upload(ADA, project, source))[0].facts is not None


async def test_what_is_too_large_is_not_even_read(room: ArchiveRoom) -> None:
    project = await room.world.project()
    with pytest.raises(ArchiveTooLarge):
        await room.upload(project, bytes(6_000_001))
    assert room.spooled() == []


async def test_the_last_moment_of_a_project_keeps_nothing(room: ArchiveRoom) -> None:
    """It is deleted between the look at it and the archive's place on the shelf."""
    project = await room.world.project()
    brought = Brought(zip_of(("a", b"x")))
    record = await room.upload(project, brought.data)
    await room.archives.remove(ADA, record.id)
    await room.world.set_status(project, ProjectStatus.DELETING)
    with pytest.raises(Exception, match="no project"):
        await room.archives._intake.add(record)
    assert await room.archives.find_many([record.id]) == []
    assert await room.world.blob_count(project) == 0
    assert await room.used() == (0, 0)
