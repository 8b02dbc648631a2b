"""The first files of a project, and its last."""

import asyncio
from pathlib import Path

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.errors import InvalidPath
from aura_gql.files.records import FileRecord, StorageTotals
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.ports import NewFile
from aura_gql.projects.records import ProjectStatus
from tests.files.world import ADA, World


class Overtaken(Exception):
    """Somebody else changed the project."""


async def overtaken(_: AsyncClientSession) -> int:
    raise Overtaken


async def starters(world: World) -> list[NewFile]:
    shared = await world.blobs.put("templates", b"shared")
    return [NewFile("src/shared.py", shared, 6), NewFile("run", b"own", 3, executable=True)]


async def test_a_project_starts_by_reference(world: World) -> None:
    project_id = await world.project(ProjectStatus.INITIALIZING)
    await world.files.import_files(project_id, await starters(world), ADA)
    files = (await world.files.tree([project_id]))[project_id]
    assert [(file.path, file.version, file.revision, file.scope, file.executable) for file in files] == [
        ("run", 1, 1, f"projects/{project_id}", True),
        ("src/shared.py", 1, 1, "templates", False),
    ]
    assert [await world.files.content(file) for file in files] == [b"own", b"shared"]
    assert await world.blob_count(project_id) == 1
    assert await ProjectStorageDocument.find_totals(project_id) == StorageTotals(2, 9)


async def test_a_first_edit_leaves_the_template_alone(world: World) -> None:
    project_id = await world.project()
    await world.files.import_files(project_id, await starters(world), ADA)
    edited = await world.save(project_id, "src/shared.py", b"mine", 1)
    assert (edited.version, edited.revision, edited.scope) == (2, 2, f"projects/{project_id}")
    assert await world.files.content(edited) == b"mine"


async def test_an_import_that_is_run_again_changes_nothing(world: World) -> None:
    project_id = await world.project()
    files = await starters(world)
    await world.files.import_files(project_id, files, ADA)
    edited = await world.save(project_id, "run", b"edited", 1)
    await world.files.import_files(project_id, files, ADA)
    assert await world.files.get(ADA, project_id, "run") == edited
    assert await world.revision(project_id) == 2
    assert (await world.rows(project_id))["file_versions"] == 3


async def test_imports_at_once_are_one(world: World) -> None:
    project_id = await world.project(ProjectStatus.INITIALIZING)
    files = await starters(world)
    await asyncio.gather(*(world.files.import_files(project_id, files, ADA) for _ in range(5)))
    assert await world.rows(project_id) == {"project_files": 2, "file_versions": 2, "project_storage": 1}
    assert await world.revision(project_id) == 1


async def test_a_change_of_the_project_comes_with_its_files(world: World) -> None:
    project_id = await world.project(ProjectStatus.INITIALIZING)
    projects = world.database["projects"]

    async def advance(session: AsyncClientSession) -> int:
        await projects.update_one({"_id": project_id}, {"$set": {"revision": 1, "name": "Changed"}}, session=session)
        return 1

    assert await world.files.import_files(project_id, await starters(world), ADA, advance)
    found = await projects.find_one({"_id": project_id})
    assert found is not None
    assert (found["revision"], found["name"]) == (1, "Changed")
    assert not await world.files.import_files(project_id, await starters(world), ADA)


async def test_an_import_of_nothing_counts(world: World) -> None:
    project_id = await world.project(ProjectStatus.INITIALIZING)
    await world.files.import_files(project_id, [], ADA)
    await world.files.import_files(project_id, await starters(world), ADA)
    assert (await world.files.tree([project_id]))[project_id] == []


async def test_an_import_is_all_or_none(world: World) -> None:
    project_id = await world.project(ProjectStatus.INITIALIZING)
    with pytest.raises(InvalidPath):
        await world.files.import_files(project_id, [*await starters(world), NewFile("../x", b"", 0)], ADA)
    with pytest.raises(Overtaken):
        await world.files.import_files(project_id, await starters(world), ADA, overtaken)
    assert await world.rows(project_id) == {"project_files": 0, "file_versions": 0, "project_storage": 0}
    assert await world.revision(project_id) == 0


async def test_an_import_into_a_project_that_is_being_deleted_leaves_no_blob(world: World, tmp_path: Path) -> None:
    project_id = await world.project(ProjectStatus.DELETING)
    with pytest.raises(ProjectNotFound):
        await world.files.import_files(project_id, await starters(world), ADA)
    assert await world.blob_count(project_id) == 0
    assert not list(tmp_path.rglob(f"*{project_id}*"))
    assert len([key async for key in world.blobs.keys("templates")]) == 1


async def test_an_import_that_fails_has_ended(world: World, tmp_path: Path) -> None:
    project_id = await world.project(ProjectStatus.INITIALIZING)
    in_the_way = tmp_path / "blobs" / f"projects~{project_id}"
    in_the_way.parent.mkdir(parents=True, exist_ok=True)
    in_the_way.write_bytes(b"")
    with pytest.raises(StorageUnavailable):
        await world.files.import_files(
            project_id, [NewFile(f"b{number}", b"%d" % number, 2) for number in range(16)], ADA
        )
    assert [task for task in asyncio.all_tasks() if "keep_files" in repr(task)] == []


async def test_saves_that_meet_a_deletion_leave_nothing(world: World) -> None:
    project_id = await world.project()

    async def delete() -> None:
        await world.set_status(project_id, ProjectStatus.DELETING)
        await world.files.remove_project(project_id)

    saves = [world.save(project_id, f"f{n}", bytes([n])) for n in range(10)]
    results = await asyncio.gather(*saves, delete(), return_exceptions=True)
    assert {type(result) for result in results} <= {FileRecord, ProjectNotFound, type(None)}
    assert await world.rows(project_id) == {"project_files": 0, "file_versions": 0, "project_storage": 0}
    assert await world.blob_count(project_id) == 0


async def test_removing_a_project_spares_the_others_and_can_be_repeated(world: World) -> None:
    doomed, spared = await world.project(), await world.project()
    for project_id in (doomed, spared):
        await world.files.import_files(project_id, await starters(world), ADA)
    for _ in range(2):
        await world.files.remove_project(doomed)
    assert await world.rows(doomed) == {"project_files": 0, "file_versions": 0, "project_storage": 0}
    assert await world.blob_count(doomed) == 0
    for file in (await world.files.tree([spared]))[spared]:
        assert await world.files.content(file)
