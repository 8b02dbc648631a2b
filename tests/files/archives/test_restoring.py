"""What is restored is a revision like any other, and clashes are told in words of the archive."""

from dataclasses import replace

import pytest

from aura_gql.files.archives.records import RestoreMode, RestoreWish
from aura_gql.files.errors import PathClash, TooManyFiles
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.ports import BlobKey
from tests.files.archives.room import ArchiveRoom
from tests.files.world import ADA
from tests.support.hostile_archives import zip_of


async def test_a_clash_names_the_path_and_changes_nothing(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.upload(project, zip_of(("fine", b"1"), ("A.TXT", b"2")))
    before = await room.tree(project)
    with pytest.raises(PathClash) as refused:
        await room.archives.restore(ADA, project, record.id, RestoreWish(5, RestoreMode.MERGE))
    assert refused.value.field == ()
    assert refused.value.details["path"] == "A.TXT"
    assert await room.tree(project) == before
    await room.archives.restore(ADA, project, record.id, RestoreWish(5, RestoreMode.REPLACE))
    assert await room.tree(project) == {"fine": b"1", "A.TXT": b"2"}


async def test_limits_of_the_project_hold(room: ArchiveRoom) -> None:
    project = await room.project()
    many = zip_of(*((f"{number}", b"%d" % number) for number in range(41)))
    with pytest.raises(TooManyFiles):
        await room.upload(project, many, RestoreWish(5, RestoreMode.REPLACE))
    assert await room.world.revision(project) == 5


async def test_what_changed_in_the_store_is_not_restored(room: ArchiveRoom) -> None:
    """Even what was looked through once is looked through again."""
    project = await room.project()
    record = await room.upload(project, zip_of(("a", b"1")))
    assert record.facts is not None
    hostile = await room.world.blobs.put(f"projects/{project}", zip_of(("../a", b"1")))
    archives = room.world.database["project_archives"]
    await archives.update_one({"_id": record.id}, {"$set": {"sha256": hostile.sha256}})
    with pytest.raises(ArchiveRefused) as refused:
        await room.archives.restore(ADA, project, record.id, RestoreWish(5, RestoreMode.REPLACE))
    assert refused.value.rule is ArchiveRule.LEADS_OUT
    assert await room.world.blobs.get(BlobKey(f"projects/{project}", record.facts.sha256))


async def test_what_the_server_made_may_have_as_many_files_as_the_project(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.made(project)
    restorer = room.archives._restorer
    restorer._bounds = replace(restorer._bounds, reading=replace(restorer._bounds.reading, max_entries=3))
    batch = await room.archives.restore(ADA, project, record.id, RestoreWish(5, RestoreMode.REPLACE))
    assert batch.changed == []
    with pytest.raises(ArchiveRefused) as refused:
        await room.upload(project, await room.bytes_of(record))
    assert refused.value.rule is ArchiveRule.TOO_MANY_ENTRIES


async def test_what_the_server_made_may_have_any_name_that_a_file_may_have(room: ArchiveRoom) -> None:
    project = await room.world.project()
    await room.world.save(project, "C:x", b"1")
    record = await room.made(project)
    await room.world.save(project, "C:x", b"2", 1)
    await room.archives.restore(ADA, project, record.id, RestoreWish(2, RestoreMode.REPLACE))
    assert await room.tree(project) == {"C:x": b"1"}
