"""The job begins again after a crash, and gives up with words."""

from collections.abc import Awaitable, Callable

from bson import ObjectId

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.files.archives.making import MAKE_ARCHIVE, ArchiveMaker
from aura_gql.files.archives.records import ArchiveBounds, ArchiveStatus
from aura_gql.files.archives.shelf import ArchiveShelf
from aura_gql.files.records import FileRecord
from aura_gql.files.service import FileService
from aura_gql.projects.records import ProjectStatus
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.spooling import Spools
from tests.files.archives.room import FILES, ArchiveRoom
from tests.files.world import ADA
from tests.support.waiting import until


async def pending(room: ArchiveRoom, project: ObjectId) -> ObjectId:
    return (await room.archives.create(ADA, project, ArchiveFormat.TAR_ZST)).id


async def test_a_killed_server_goes_on_where_it_was(room: ArchiveRoom) -> None:
    project = await room.project()
    archive_id = await pending(room, project)
    archives = room.world.database["project_archives"]
    await archives.update_one({"_id": archive_id}, {"$set": {"status": "UPLOADING"}, "$inc": {"sequence": 1}})
    await room.world.database["jobs"].update_one(
        {"_id": f"{MAKE_ARCHIVE}:{archive_id}"}, {"$set": {"state": "RUNNING", "owner": "dead"}}
    )
    await room.jobs.start()
    record = await room.settled(archive_id)
    assert (record.status, record.sequence) == (ArchiveStatus.COMPLETED, 4)
    assert record.facts is not None
    assert await room.used() == (record.facts.size, 0)


async def test_a_file_whose_bytes_are_gone_fails_the_archive(room: ArchiveRoom) -> None:
    project = await room.project()
    archive_id = await pending(room, project)
    file = await room.world.files.get(ADA, project, "a.txt")
    await room.world.blobs.delete(BlobKey(file.scope, file.sha256))
    await room.jobs.start()
    record = await room.settled(archive_id)
    assert record.status is ArchiveStatus.FAILED
    assert file.sha256 in (record.status_message or "")
    assert await room.used() == (0, 0)
    assert room.spooled() == []


async def test_a_store_that_does_not_answer_fails_it_in_the_end(room: ArchiveRoom) -> None:
    project = await room.project()
    archive_id = await pending(room, project)
    file = await room.world.files.get(ADA, project, "src/large.bin")
    (path,) = room.folder.parent.rglob(file.sha256)
    path.write_bytes(b"damaged" + FILES["src/large.bin"][7:])
    await room.jobs.start()
    record = await room.settled(archive_id)
    assert record.status is ArchiveStatus.FAILED
    assert "Ask for it again" in (record.status_message or "")


async def test_an_archive_that_was_deleted_is_given_up(room: ArchiveRoom) -> None:
    project = await room.project()
    archive_id = await pending(room, project)
    await room.archives.remove(ADA, archive_id)
    await room.jobs.start()
    await until(lambda: ended(room))
    assert await room.used() == (0, 0)


async def test_the_archive_of_a_deleted_project_leaves_nothing(room: ArchiveRoom) -> None:
    project = await room.project()
    archive_id = await pending(room, project)
    await room.world.set_status(project, ProjectStatus.DELETING)
    await room.jobs.start()
    await until(lambda: ended(room))
    assert await ProjectArchiveDocument.find_record(archive_id) is None
    assert await room.world.blob_count(project) == 0
    assert await room.used() == (0, 0)


async def ended(room: ArchiveRoom) -> bool:
    return await room.world.database["jobs"].count_documents({"state": {"$nin": ["DONE", "FAILED"]}}) == 0


async def test_what_is_deleted_as_it_is_made_has_nothing_set_aside(room: ArchiveRoom) -> None:
    project = await room.project()
    archive_id = await pending(room, project)
    files = DeletedMeanwhile(room.world.projects, room.world.blobs, room.world.files.limits, room.world.bus)
    files.delete = lambda: room.archives.remove(ADA, archive_id)
    bounds = ArchiveBounds(max_per_project=3, max_archive_bytes=6_000_000)
    shelf = ArchiveShelf(room.quotas, room.world.bus, bounds)
    maker = ArchiveMaker(room.world.projects, files, room.world.blobs, shelf, Spools(room.folder), bounds)
    await maker.run(str(archive_id))
    assert await ProjectArchiveDocument.find_record(archive_id) is None
    assert await room.used() == (0, 0)


class DeletedMeanwhile(FileService):
    """Files that are looked at just as their archive is deleted."""

    delete: Callable[[], Awaitable[None]]

    async def tree_as_of(self, project_id: ObjectId, revision: int) -> dict[str, FileRecord]:
        """As everywhere."""
        await self.delete()
        return await super().tree_as_of(project_id, revision)
