"""The one way to write, over a real database and a real folder of blobs."""

import asyncio
from collections.abc import Sequence

import pytest
from bson import ObjectId

from aura_gql.files.errors import RevisionConflict, TooManyFiles, VersionConflict
from aura_gql.files.events import topic_of
from aura_gql.files.records import FileRecord, RevisionSource, VersionKind
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFile, PutFolder, StoredContent
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.projects.errors import ProjectNotFound, ProjectNotReady
from aura_gql.projects.records import ProjectStatus
from aura_gql.storage.ports import BlobKey
from tests.files.world import ADA, World
from tests.files.writing.plans import put, told


async def apply(
    world: World, project: ObjectId, *operations: Operation, revision: int | None = None, id: ObjectId | None = None
) -> AppliedBatch:
    return await world.files.writer.apply(
        ADA, project, operations, source=RevisionSource.BATCH, expected_revision=revision, operation_id=id
    )


async def state(world: World, project: ObjectId) -> object:
    totals = await world.database["project_storage"].find_one({"_id": project})
    return await world.rows(project), totals, await world.revision(project), await world.blob_count(project)


def places(files: Sequence[FileRecord]) -> list[tuple[str, int]]:
    return [(file.place, file.version) for file in files]


async def test_a_batch_is_one_revision_and_one_event(world: World) -> None:
    project = await world.project()
    first = await apply(world, project, put("a", "1"), put("src/x", "x"), put("src/y", "y"), PutFolder("empty"))
    assert told(first.changed) == ["CREATED a@1", "CREATED empty/@1", "CREATED src/x@1", "CREATED src/y@1"]
    async with world.bus.subscribe(topic_of(project)) as events:
        batch = await apply(
            world, project, put("a", "22", 1), MovePath("src", "lib"), DeletePath("empty"), put("b", "3"), revision=1
        )
        await apply(world, project, put("c"))
        assert [((await anext(events)) or {})["revision"] for _ in range(2)] == [2, 3]
    assert batch.revision == 2
    assert {version.file.revision for version in batch.changed} == {2}
    tree = (await world.files.tree([project]))[project]
    assert places(tree) == [("a", 2), ("b", 1), ("c", 1), ("lib/x", 1), ("lib/y", 1)]
    assert [await world.files.content(file) for file in tree] == [b"22", b"3", b"new", b"x", b"y"]
    assert (await world.files.folders([project]))[project] == []
    assert await world.database["project_storage"].find_one({"_id": project}) == {
        "_id": project,
        "file_count": 5,
        "total_bytes": 8,
    }
    assert places(batch.files) == [("a", 2), ("b", 1), ("lib/x", 1), ("lib/y", 1)]


async def test_versions_go_on_behind_a_deletion(world: World) -> None:
    project = await world.project()
    await world.save(project, "a", b"1")
    await apply(world, project, DeletePath("a", 1))
    again = await world.save(project, "a", b"1", 0)
    assert (again.version, again.revision) == (3, 3)
    await apply(world, project, MovePath("a", "b"))
    assert told(await world.files.changes_since(project, 0)) == ["DELETED a@4 to b", "MOVED b@1 from a@3"]
    assert told(await world.files.changes_since(project, 4)) == []


async def test_what_was_there_at_each_revision(world: World) -> None:
    project = await world.project()
    await apply(world, project, put("a", "1"), put("d/x", "x"), PutFolder("kept"))
    await apply(world, project, DeletePath("a"), MovePath("d", "e"))
    await apply(world, project, put("a", "2"), DeletePath("kept"))
    trees = [places(list((await world.files.tree_as_of(project, number)).values())) for number in range(4)]
    assert trees == [
        [],
        [("a", 1), ("d/x", 1), ("kept/", 1)],
        [("e/x", 1), ("kept/", 1)],
        [("a", 3), ("e/x", 1)],
    ]
    found = await world.files.as_of(project, ["a", "d/x", "e/x"], 2)
    assert (list(found), found["e/x"].revision) == (["e/x"], 2)


async def test_nothing_changed_is_no_revision(world: World) -> None:
    project = await world.project()
    await apply(world, project, put("a", "1"), PutFolder("kept"))
    before = await state(world, project)
    batch = await apply(world, project, put("a", "1", 1), PutFolder("kept"), MovePath("a", "b"), MovePath("b", "a"))
    assert (batch.revision, batch.changed, places(batch.kept)) == (1, [], [("a", 1)])
    assert await state(world, project) == before


async def test_one_refused_operation_leaves_everything_as_it_was(world: World) -> None:
    project = await world.project()
    await apply(world, project, put("a", "1"), put("b", "1"))
    before = await state(world, project)
    with pytest.raises(VersionConflict) as caught:
        await apply(world, project, put("c", "never kept"), MovePath("b", "d"), DeletePath("a", 2))
    assert (caught.value.field, caught.value.details["currentVersion"]) == (("2", "expectedVersion"), 1)
    assert caught.value.details["currentSha256"] == put("a", "1").content.sha256
    with pytest.raises(RevisionConflict) as stale:
        await apply(world, project, put("c", "never kept"), revision=0)
    assert (stale.value.details, stale.value.field) == ({"currentRevision": 1}, ("expectedRevision",))
    with pytest.raises(TooManyFiles):
        await apply(world, project, *(PutFolder(f"folder {n}") for n in range(19)))
    assert await state(world, project) == before
    for status, error in ((ProjectStatus.ERROR, ProjectNotReady), (ProjectStatus.DELETING, ProjectNotFound)):
        with pytest.raises(error):
            await apply(world, await world.project(status), put("a"))


async def test_stored_content_is_named_and_not_stored_again(world: World) -> None:
    project = await world.project()
    saved = await world.save(project, "a", b"1")
    content = StoredContent(BlobKey(saved.scope, saved.sha256), saved.size, is_binary=False)
    batch = await apply(world, project, PutFile("b", content, executable=True))
    assert (batch.files[0].sha256, batch.files[0].executable) == (saved.sha256, True)
    assert await world.files.content(batch.files[0]) == b"1"
    assert await world.blob_count(project) == 1


async def test_batches_at_once_follow_each_other(world: World) -> None:
    """None demands a version, so each is planned anew where the files have moved on before it could be written."""
    project = await world.project()
    await apply(world, project, put("shared", "0"), put("d/x", "0"))
    batches = [
        [put("shared", str(n + 1)), put(f"own {n}", "x"), MovePath("d", f"d {n}") if n == 0 else PutFolder("kept")]
        for n in range(6)
    ]
    done = await asyncio.gather(*(apply(world, project, *operations) for operations in batches))
    assert sorted(batch.revision for batch in done) == list(range(2, 8))
    tree = (await world.files.tree([project]))[project]
    assert places(tree)[0] == ("d 0/x", 1)
    assert places(tree)[-1] == ("shared", 7)
    last = max(done, key=lambda batch: batch.revision)
    assert [file.sha256 for file in last.files if file.path == "shared"] == [tree[-1].sha256]
    assert await world.database["project_storage"].find_one({"_id": project}) == {
        "_id": project,
        "file_count": 9,
        "total_bytes": 8,
    }


async def test_of_batches_from_one_revision_one_wins(world: World) -> None:
    project = await world.project()
    await world.save(project, "a", b"1")
    batches = (apply(world, project, put(f"{n}/x"), put(f"{n}/y"), revision=1) for n in range(5))
    results = await asyncio.gather(*batches, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["AppliedBatch", *["RevisionConflict"] * 4]
    assert len((await world.files.tree([project]))[project]) == 3


async def test_bytes_that_are_needed_only_now_are_stored_then(world: World) -> None:
    """The first plan finds `a` as it is to be; by the time of the transaction another save has changed it."""
    project = await world.project()
    await world.save(project, "a", b"same")
    content = put("b", "other").content

    class Interrupted:
        size, sha256 = content.size, content.sha256

        async def read(self) -> bytes:
            if await world.revision(project) == 1:
                await world.save(project, "a", b"moved on", 1)
            return b"other"

    batch = await apply(world, project, put("a", "same"), PutFile("b", Interrupted()))
    assert places(batch.files) == [("a", 3), ("b", 1)]
    assert await world.files.content(batch.files[0]) == b"same"


async def test_a_store_that_fails_leaves_nothing(world: World) -> None:
    project = await world.project()

    class Broken:
        size, sha256 = 3, put("a").content.sha256

        async def read(self) -> bytes:
            raise StorageUnavailable("Gone.")

    with pytest.raises(StorageUnavailable):
        await apply(world, project, PutFile("b", Broken()))
    assert await world.rows(project) == {"project_files": 0, "file_versions": 0, "project_storage": 0}


async def test_a_repetition_gives_what_the_first_came_to(world: World) -> None:
    project, id = await world.project(), ObjectId()
    await world.save(project, "kept", b"new")
    await world.save(project, "old", b"1")
    operations: list[Operation] = [put("a", version=0), MovePath("old", "b"), put("kept")]
    tries = await asyncio.gather(*(apply(world, project, *operations, id=id) for _ in range(4)))
    await world.save(project, "a", b"since", 1)
    assert all(batch == tries[0] for batch in [*tries, await apply(world, project, *operations, id=id)])
    assert told(tries[0].changed) == ["CREATED a@1", "MOVED b@1 from old@1", "DELETED old@2 to b"]
    assert places(tries[0].kept) == [("kept", 1)]
    unchanged = ObjectId()
    assert await apply(world, project, put("kept"), id=unchanged) == await apply(world, project, id=unchanged)
    assert [version.kind for version in await world.files.changes_since(project, 4)] == []
    assert await world.revision(project) == 4


async def test_all_that_is_kept_of_a_deletion(world: World) -> None:
    project = await world.project()
    await world.files.save(ADA, project, "a", b"1", 0, True)
    batch = await apply(world, project, DeletePath("a"))
    [row] = await world.files.changes_since(project, 0)
    assert batch.changed == [row]
    assert (row.kind, row.source, row.file.version, row.file.executable) == (
        VersionKind.DELETED,
        RevisionSource.BATCH,
        2,
        True,
    )
    assert await world.files.content(row.file) == b"1"
