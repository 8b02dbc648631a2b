"""States only go forward, and counting goes with them."""

import asyncio
from dataclasses import replace

import pytest

from aura_gql.files.archives.errors import TooManyArchives
from aura_gql.files.archives.records import ArchiveFacts, ArchiveStatus
from aura_gql.files.archives.shelf import ratio_of
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.records import ProjectStatus
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.quotas.errors import UserStorageFull
from tests.files.archives.room import ArchiveRoom
from tests.files.world import ADA


async def test_what_is_settled_stays_so(room: ArchiveRoom) -> None:
    project = await room.project()
    shelf = room.archives._shelf
    record = await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    assert (await room.used())[1] > 0
    begun = await shelf.begin(record.id)
    assert begun is not None
    assert begun.status is ArchiveStatus.UPLOADING
    facts = ArchiveFacts("0" * 64, 1_000, 4, 2_000)
    completed = await shelf.complete(record.id, facts)
    assert completed is not None
    assert (completed.facts, completed.sequence) == (facts, 3)
    assert await shelf.begin(record.id) is None
    assert await shelf.complete(record.id, facts) is None
    assert await shelf.fail(record.id, "no") is None
    assert await room.used() == (1_000, 0)


async def test_what_passes_the_quota_is_undone_as_a_whole(room: ArchiveRoom) -> None:
    project = await room.project()
    record = await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    with pytest.raises(UserStorageFull):
        await room.archives._shelf.complete(record.id, ArchiveFacts("0" * 64, 19_000_000, 1, 1))
    assert (await room.archives.get(ADA, record.id)).status is ArchiveStatus.PENDING
    (storage,) = (await room.archives.storages([project])).values()
    assert (storage.summary.archived_bytes, storage.summary.status) == (0, "PENDING")


async def test_nothing_comes_to_a_project_that_is_being_deleted(room: ArchiveRoom) -> None:
    project = await room.project()
    there = await room.archives.create(ADA, project, ArchiveFormat.ZIP)
    await room.world.set_status(project, ProjectStatus.DELETING)
    await room.archives.remove_project(project)
    with pytest.raises(ProjectNotFound):
        await room.archives._shelf.add(replace(there, facts=ArchiveFacts("0" * 64, 1_000, 1, 1)))
    assert await room.archives.find_many([there.id]) == []
    assert await room.used() == (0, 0)


async def test_of_many_at_once_no_more_than_may_be_come_in(room: ArchiveRoom) -> None:
    project = await room.project()
    made = await asyncio.gather(
        *(room.archives.create(ADA, project, ArchiveFormat.ZIP) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(each, TooManyArchives) for each in made) == 3
    assert len((await room.archives.of_projects([project]))[project]) == 3


def test_a_ratio_needs_bytes_on_both_sides() -> None:
    assert ratio_of(ArchiveFacts("", 100, 1, 250)) == 2.5
    assert ratio_of(ArchiveFacts("", 0, 1, 250)) is None
    assert ratio_of(ArchiveFacts("", 22, 0, 0)) is None
