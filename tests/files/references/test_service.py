import pytest
from bson import ObjectId

from aura_gql.files.records import RevisionSource
from aura_gql.files.references.service import FileReferences
from aura_gql.files.writing.operations import DeletePath, Operation, PutFolder
from aura_gql.projects.ports import NewFile
from aura_gql.projects.records import ProjectStatus
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.sweeping.records import SweepLimits
from aura_gql.storage.sweeping.sweeper import BlobSweeper
from tests.files.world import ADA, World


async def test_what_files_are_and_were_is_named(world: World) -> None:
    project_id, other = await world.project(), await world.project(ProjectStatus.INITIALIZING)
    first, second = [await world.save(project_id, "a", data, version) for version, data in enumerate((b"1", b"22"))]
    gone = await world.save(project_id, "b", b"333")
    removal: list[Operation] = [DeletePath("b"), PutFolder("empty")]
    await world.files.writer.apply(ADA, project_id, removal, source=RevisionSource.BATCH)
    template = await world.blobs.put("templates", b"shared")
    await world.files.import_files(other, [NewFile("a", template, 6)], ADA)
    # Versions that are no longer kept leave the file as it is.
    await world.database["file_versions"].delete_many({"sha256": second.sha256})
    references, scope = FileReferences(), f"projects/{project_id}"
    digests = [first.sha256, second.sha256, gone.sha256, template.sha256, "0" * 64]

    assert await references.named(scope, digests) == {first.sha256, second.sha256, gone.sha256}
    assert await references.named(f"projects/{other}", digests) == set()
    assert await references.named(f"projects/{ObjectId()}", digests) == set()
    assert await references.named("templates", digests) == set()
    assert await references.named("projects/of-somebody", digests) == set(digests)
    walked = [(blob.key.scope, blob.key.sha256, blob.size) async for blob in references.walk()]
    assert sorted(walked) == sorted(
        [*((scope, file.sha256, file.size) for file in (first, second, gone)), ("templates", template.sha256, 6)]
    )
    named_by = {blob.key.sha256: blob.named_by async for blob in references.walk()}
    assert named_by[second.sha256] == f"version 2 of a in project {project_id}"


async def test_a_sweep_leaves_what_files_are_and_were(world: World) -> None:
    project_id, gone = await world.project(), ObjectId()
    saved = [await world.save(project_id, "a", data, version) for version, data in enumerate((b"1", b"22", b"333"))]
    crumbs = [await world.blobs.put(f"projects/{owner}", b"not named in the end") for owner in (project_id, gone)]
    # As when the history is trimmed.
    await world.database["file_versions"].delete_one({"project_id": project_id, "version": 1})
    sweeper = BlobSweeper(world.blobs, [FileReferences()], SweepLimits(grace_s=-60, wait_s=-60))
    report = await sweeper.take_turn()
    assert report is not None
    assert (report.looked_at, report.removed) == (5, 3)
    assert [await world.files.content(file) for file in saved[1:]] == [b"22", b"333"]
    with pytest.raises(BlobNotFound):
        await world.files.content(saved[0])
    for crumb in crumbs:
        with pytest.raises(BlobNotFound):
            await world.blobs.stat(crumb)
    # The same bytes come again, and are there again.
    again = await world.save(project_id, "a", b"1", 3)
    assert await world.files.content(again) == b"1"
