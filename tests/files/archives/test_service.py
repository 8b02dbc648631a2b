"""Archives from the wish to their end: made, kept, counted, restored, followed and removed."""

import asyncio

import pytest
from bson import ObjectId

from aura_gql.files.archives.errors import ArchiveNotFound, ArchiveNotReady, ArchiveTooLarge, TooManyArchives
from aura_gql.files.archives.records import ArchiveOrigin, ArchiveStatus, RestoreMode, RestoreWish
from aura_gql.files.errors import RevisionConflict
from aura_gql.files.totals.records import StorageProvider
from aura_gql.kernel.errors import IdempotencyMismatch
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.records import ProjectStatus
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.quotas.errors import UserStorageFull
from tests.files.archives.room import FILES, ArchiveRoom
from tests.files.world import ADA
from tests.support import hostile_archives
from tests.support.hostile_archives import zip_of


@pytest.mark.parametrize("kind", [ArchiveFormat.ZIP, ArchiveFormat.TAR_ZST])
async def test_a_project_comes_back_from_its_archive(room: ArchiveRoom, kind: ArchiveFormat) -> None:
    project = await room.project()
    before = await room.tree(project)
    record = await room.made(project, kind)
    assert (record.status, record.origin, record.revision) == (ArchiveStatus.COMPLETED, ArchiveOrigin.CREATED, 5)
    assert record.facts is not None
    assert record.facts.file_count == 4
    assert record.facts.total_bytes == sum(map(len, before.values()))
    assert len(await room.bytes_of(record)) == record.facts.size

    await room.world.save(project, "a.txt", b"changed", 1)
    await room.world.save(project, "new.txt", b"new")
    batch = await room.archives.restore(ADA, project, record.id, RestoreWish(7, RestoreMode.REPLACE))
    assert batch.revision == 8
    assert [version.file.path for version in batch.changed] == ["a.txt", "new.txt"]
    assert {version.source.value for version in batch.changed} == {"ARCHIVE"}
    assert await room.tree(project) == before
    assert "run.sh*" in before
    assert "empty/" in before


async def test_the_same_files_give_the_same_archive(room: ArchiveRoom) -> None:
    project = await room.project()
    first, second = await room.made(project), await room.made(project)
    assert first.facts == second.facts
    assert first.id != second.id


async def test_an_archive_is_of_the_revision_at_which_it_was_asked_for(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.archives.create(ADA, project, ArchiveFormat.TAR)
    assert (record.status, record.revision, record.facts) == (ArchiveStatus.PENDING, 5, None)
    await room.world.save(project, "a.txt", b"later", 1)
    await room.jobs.start()
    assert b"hello" in await room.bytes_of(await room.settled(record.id))


async def test_a_key_makes_one_archive(room: ArchiveRoom) -> None:
    project = await room.project()
    first = await room.made(project, key="once")
    again = await room.archives.create(ADA, project, ArchiveFormat.ZIP, "once")
    assert again == first
    with pytest.raises(IdempotencyMismatch):
        await room.archives.create(ADA, project, ArchiveFormat.TAR, "once")


async def test_merging_leaves_the_rest(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.upload(project, zip_of(("a.txt", b"other"), ("more/b.txt", b"b")))
    batch = await room.archives.restore(ADA, project, record.id, RestoreWish(5, RestoreMode.MERGE), "once")
    assert [version.file.path for version in batch.changed] == ["a.txt", "more/b.txt"]
    found = await room.tree(project)
    assert (found["a.txt"], found["more/b.txt"], found["src/zeros"]) == (b"other", b"b", FILES["src/zeros"])
    again = await room.archives.restore(ADA, project, record.id, RestoreWish(5, RestoreMode.MERGE), "once")
    assert again.revision == batch.revision == 6


async def test_restoring_never_overwrites_what_was_not_seen(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.upload(project, zip_of(("a.txt", b"other")))
    blobs = await room.world.blob_count(project)
    with pytest.raises(RevisionConflict) as refused:
        await room.archives.restore(ADA, project, record.id, RestoreWish(4, RestoreMode.REPLACE))
    assert refused.value.details["currentRevision"] == 5
    assert await room.world.blob_count(project) == blobs


async def test_what_is_brought_is_kept_and_restored_at_once(room: ArchiveRoom) -> None:
    project = await room.project()
    data = zip_of(("repo-main/a.txt", b"from the archive"), ("repo-main/src/zeros", FILES["src/zeros"]))
    wish = RestoreWish(5, RestoreMode.REPLACE)
    record = await room.upload(project, data, wish, "once")
    assert (record.status, record.origin, record.revision) == (ArchiveStatus.COMPLETED, ArchiveOrigin.UPLOADED, None)
    assert await room.bytes_of(record) == data
    assert await room.tree(project) == {"a.txt": b"from the archive", "src/zeros": FILES["src/zeros"]}
    assert await room.upload(project, data, wish, "once") == record
    assert await room.world.revision(project) == 6
    assert await room.used() == (len(data), 0)


async def test_a_hostile_archive_leaves_no_trace(room: ArchiveRoom) -> None:
    project = await room.project()
    blobs, revision = await room.world.blob_count(project), await room.world.revision(project)
    refused = {
        ArchiveRule.LEADS_OUT: zip_of(("ok", b"new bytes"), ("../x", b"x")),
        ArchiveRule.SYMLINK: hostile_archives.TARS["symlink"].make(),
        ArchiveRule.NOT_AN_ARCHIVE: b"nothing of the kind",
        ArchiveRule.EMPTY: zip_of(),
    }
    for rule, data in refused.items():
        with pytest.raises(ArchiveRefused) as caught:
            await room.upload(project, data, RestoreWish(5, RestoreMode.REPLACE))
        assert caught.value.rule is rule
    with pytest.raises(ArchiveTooLarge):
        await room.upload(project, bytes(6_000_001))
    assert (await room.world.blob_count(project), await room.world.revision(project)) == (blobs, revision)
    assert await room.archives.of_projects([project]) == {project: []}
    assert await room.used() == (0, 0)


async def test_archives_are_counted_and_bounded(room: ArchiveRoom) -> None:
    project = await room.project()
    sizes = [(await room.upload(project, zip_of((name, b"x" * 5_000)))) for name in ("a", "b")]
    await room.made(project)
    used = sum(record.facts.size for record in (await room.archives.of_projects([project]))[project] if record.facts)
    assert await room.used() == (used, 0)
    blobs = await room.world.blob_count(project)
    for attempt in (room.upload(project, zip_of(("c", b""))), room.archives.create(ADA, project, ArchiveFormat.ZIP)):
        with pytest.raises(TooManyArchives) as refused:
            await attempt
        assert refused.value.details == {"resource": "archives", "limit": 3, "used": 3}
    assert await room.world.blob_count(project) == blobs, "what is refused takes no room in the store"
    await room.archives.remove(ADA, sizes[0].id)
    with pytest.raises(ArchiveNotFound):
        await room.archives.remove(ADA, sizes[0].id)
    assert sizes[0].facts is not None
    assert await room.used() == (used - sizes[0].facts.size, 0)
    (storage,) = (await room.archives.storages([project])).values()
    assert storage.summary.archived_bytes == used - sizes[0].facts.size


async def test_storage_tells_of_the_last_archive(room: ArchiveRoom) -> None:
    project, other = await room.project(), await room.world.project()
    found = await room.archives.storages([project, other])
    assert (found[other].summary.totals.file_count, found[other].summary.status) == (0, None)
    record = await room.made(project)
    storage = (await room.archives.storages([project]))[project]
    assert record.facts is not None
    assert (storage.provider, storage.key) == (StorageProvider.LOCAL, f"projects/{project}")
    assert (storage.summary.status, storage.summary.last_synced_at) == ("COMPLETED", record.changed_at)
    assert storage.summary.compression_ratio == round(record.facts.total_bytes / record.facts.size, 3)
    assert storage.quota.bytes_used == storage.summary.totals.total_bytes == record.facts.total_bytes
    await room.archives.create(ADA, project, ArchiveFormat.TAR)
    await room.jobs.stop()


async def test_what_does_not_fit_the_quota_is_refused_at_once(room: ArchiveRoom) -> None:
    project = await room.project()
    await room.quotas.reserve(ADA, project, 17_000_000, lasts_s=60)
    with pytest.raises(UserStorageFull):
        await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    assert await room.archives.of_projects([project]) == {project: []}


async def test_an_archive_is_followed_to_its_end(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    seen = []
    async for change in room.archives.follow(ADA, record.id):
        seen.append(change.status)
        if len(seen) == 1:
            await room.jobs.start()
    assert seen[0] is ArchiveStatus.PENDING
    assert seen[-1] is ArchiveStatus.COMPLETED
    assert [change.status async for change in room.archives.follow(ADA, record.id)] == [ArchiveStatus.COMPLETED]


async def test_who_follows_hears_of_a_deletion(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    changes = room.archives.follow(ADA, record.id)
    assert (await anext(changes)).status is ArchiveStatus.PENDING
    removing = asyncio.create_task(room.archives.remove(ADA, record.id))
    with pytest.raises(ArchiveNotFound):
        await anext(changes)
    await removing
    assert await room.used() == (0, 0)


async def test_archives_of_others_are_missing(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.upload(project, zip_of(("a", b"")))
    theirs = await room.world.project(owner="eve")
    wish = RestoreWish(0, RestoreMode.REPLACE)
    for attempt in (
        room.archives.get("eve", record.id),
        room.archives.remove("eve", record.id),
        anext(room.archives.follow("eve", record.id)),
        room.archives.restore("eve", theirs, record.id, wish),
        room.archives.restore(ADA, await room.world.project(), record.id, wish),
        room.archives.get(ADA, ObjectId()),
    ):
        with pytest.raises(ArchiveNotFound, match="no archive"):
            await attempt
    for other in (
        room.archives.create("eve", project, ArchiveFormat.ZIP),
        room.archives.restore("eve", project, record.id, wish),
    ):
        with pytest.raises(ProjectNotFound):
            await other


async def test_only_a_finished_archive_is_restored(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    with pytest.raises(ArchiveNotReady, match="PENDING"):
        await room.archives.restore(ADA, project, record.id, RestoreWish(5, RestoreMode.REPLACE))


async def test_a_deleted_project_takes_its_archives_along(room: ArchiveRoom) -> None:
    project = await room.project()
    await room.upload(project, zip_of(("a", b"x")))
    waiting = await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    await room.world.set_status(project, ProjectStatus.DELETING)
    await room.archives.remove_project(project)
    await room.archives.remove_project(project)
    assert await room.archives.of_projects([project]) == {project: []}
    assert await room.used() == (0, 0)
    assert await room.archives.find_many([waiting.id]) == []


async def test_what_was_not_queued_is_found_at_the_start(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    await room.world.database["jobs"].delete_many({})
    await room.archives.recover()
    await room.jobs.start()
    assert (await room.settled(record.id)).status is ArchiveStatus.COMPLETED
