import asyncio
import hashlib
import unicodedata

import pytest
from bson import ObjectId

from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.errors import (
    FileNotFound,
    FileTooLarge,
    InvalidPath,
    PathClash,
    ProjectTooLarge,
    TooManyFiles,
    VersionConflict,
)
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.records import FileRecord
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.kernel.errors import DomainError, InvalidInput
from aura_gql.projects.errors import ProjectNotFound, ProjectNotReady
from aura_gql.projects.records import ProjectStatus
from tests.files.world import ADA, World

HELLO = hashlib.sha256(b"hello").hexdigest()


async def test_a_new_file(world: World) -> None:
    project_id = await world.project()
    saved = await world.files.save(ADA, project_id, "src/run.sh", b"hello", 0, True)
    assert (saved.version, saved.revision, saved.sha256, saved.size) == (1, 1, HELLO, 5)
    assert (saved.executable, saved.is_binary, saved.language, saved.updated_by) == (True, False, "shellscript", ADA)
    assert await world.files.get(ADA, project_id, "src/run.sh") == saved
    assert await world.files.content(saved) == b"hello"
    assert await world.revision(project_id) == 1


async def test_the_next_version_keeps_the_executable_bit_unless_told(world: World) -> None:
    project_id = await world.project()
    await world.files.save(ADA, project_id, "run", b"1", 0, True)
    second = await world.save(project_id, "run", b"\xff\0", 1)
    assert (second.version, second.revision, second.executable, second.is_binary) == (2, 2, True, True)
    third = await world.files.save(ADA, project_id, "run", b"\xff\0", 2, False)
    assert (third.version, third.executable) == (3, False)
    assert await world.rows(project_id) == {"project_files": 1, "file_versions": 3, "project_storage": 1}


async def test_saving_what_is_there_changes_nothing(world: World) -> None:
    project_id = await world.project()
    saved = await world.save(project_id, "a", b"hello")
    assert await world.save(project_id, "a", b"hello", 1) == saved
    assert await world.revision(project_id) == 1


@pytest.mark.parametrize("expected_version", [0, 1, 3])
async def test_a_stale_save_is_told_where_the_file_is(world: World, expected_version: int) -> None:
    project_id = await world.project()
    await world.save(project_id, "a", b"first")
    await world.save(project_id, "a", b"hello", 1)
    with pytest.raises(VersionConflict) as caught:
        await world.save(project_id, "a", b"other", expected_version)
    assert caught.value.details == {"path": "a", "currentVersion": 2, "currentSha256": HELLO}
    assert caught.value.field == ("expectedVersion",)
    assert await world.blob_count(project_id) == 2


async def test_a_version_of_a_file_that_is_not_there(world: World) -> None:
    project_id = await world.project()
    with pytest.raises(VersionConflict, match="does not exist") as caught:
        await world.save(project_id, "a", b"x", 4)
    assert caught.value.details == {"path": "a", "currentVersion": 0, "currentSha256": None}
    with pytest.raises(InvalidInput):
        await world.save(project_id, "a", b"x", -1)


@pytest.mark.parametrize("expected_version", [0, 1])
async def test_of_simultaneous_saves_one_wins(world: World, expected_version: int) -> None:
    project_id = await world.project()
    if expected_version:
        await world.save(project_id, "a", b"before")
    saves = [world.save(project_id, "a", f"edit {n}".encode(), expected_version) for n in range(6)]
    results = await asyncio.gather(*saves, return_exceptions=True)
    won = [result for result in results if isinstance(result, FileRecord)]
    assert len(won) == 1
    lost = [result for result in results if isinstance(result, VersionConflict)]
    assert len(lost) == 5
    assert {conflict.details["currentSha256"] for conflict in lost} == {won[0].sha256}
    assert await world.files.get(ADA, project_id, "a") == won[0]
    assert await world.revision(project_id) == expected_version + 1


async def test_simultaneous_saves_of_several_files_all_count(world: World) -> None:
    project_id = await world.project()
    saved = await asyncio.gather(*(world.save(project_id, f"f{n}", b"hello") for n in range(12)))
    assert sorted(record.revision for record in saved) == list(range(1, 13))
    totals = await ProjectStorageDocument.find_totals(project_id)
    assert (totals.file_count, totals.total_bytes) == (12, 60)


async def test_simultaneous_saves_that_clash(world: World) -> None:
    project_id = await world.project()
    paths = ["src/x", "Src/y", "SRC", "sRc/z/w"]
    results = await asyncio.gather(*(world.save(project_id, path, b"x") for path in paths), return_exceptions=True)
    assert len([result for result in results if isinstance(result, FileRecord)]) == 1
    assert len([result for result in results if isinstance(result, PathClash)]) == 3


@pytest.mark.parametrize("path", ["readme.md", "SRC/other", "src", "src/main.py/x", "src/Lib/x", "SRC/LIB"])
async def test_paths_that_cant_stand_side_by_side(world: World, path: str) -> None:
    project_id = await world.project()
    for other in ["README.md", "src/main.py", "src/lib/a", "src-b", "src.c", "zzz"]:
        await world.save(project_id, other, b"x")
    with pytest.raises(PathClash):
        await world.save(project_id, path, b"x")


async def test_limits(world: World) -> None:
    project_id = await world.project()
    with pytest.raises(FileTooLarge):
        await world.save(project_id, "a", b"x" * 1_001)
    for n in range(5):
        await world.save(project_id, f"f{n}", b"x" * 1_000)
    with pytest.raises(ProjectTooLarge):
        await world.save(project_id, "g", b"y")
    await world.save(project_id, "f0", b"", 1)
    for n in range(5, 20):
        await world.save(project_id, f"f{n}", b"y")
    with pytest.raises(TooManyFiles):
        await world.save(project_id, "g", b"z")
    assert await world.blob_count(project_id) == 3


async def test_a_path_is_the_same_in_each_normal_form(world: World) -> None:
    project_id = await world.project()
    decomposed = unicodedata.normalize("NFD", "é.txt")
    saved = await world.save(project_id, decomposed, b"x")
    assert saved.path == "é.txt"
    assert await world.files.get(ADA, project_id, decomposed) == saved
    assert await world.files.find_many([(project_id, decomposed)]) == {(project_id, decomposed): saved}


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a\0b", "x" * 5_000, "\ud800"])
async def test_bad_paths(world: World, path: str) -> None:
    project_id = await world.project()
    with pytest.raises(InvalidPath):
        await world.save(project_id, path, b"x")
    with pytest.raises(InvalidPath):
        await world.files.get(ADA, project_id, path)
    assert await world.files.find_many([(project_id, path)]) == {}


async def test_someone_elses_project_is_a_missing_one(world: World) -> None:
    project_id = await world.project(owner="bob")
    for missing in (project_id, ObjectId()):
        with pytest.raises(ProjectNotFound):
            await world.save(missing, "a", b"x")
        with pytest.raises(ProjectNotFound):
            await world.files.get(ADA, missing, "a")
    assert await world.blob_count(project_id) == 0


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (ProjectStatus.INITIALIZING, ProjectNotReady),
        (ProjectStatus.ERROR, ProjectNotReady),
        (ProjectStatus.DELETING, ProjectNotFound),
    ],
)
async def test_only_a_ready_project_takes_saves(world: World, status: ProjectStatus, error: type[DomainError]) -> None:
    project_id = await world.project(status)
    with pytest.raises(error):
        await world.save(project_id, "a", b"x")


async def test_a_missing_file(world: World) -> None:
    with pytest.raises(FileNotFound):
        await world.files.get(ADA, await world.project(), "a")


async def test_trees_of_several_projects(world: World) -> None:
    first, second, empty = [await world.project() for _ in range(3)]
    for path in ("b", "a/z", "B2", "a-b"):
        await world.save(first, path, b"x")
    await world.save(second, "only", b"x")
    trees = await world.files.tree([second, first, empty])
    assert {key: [file.path for file in files] for key, files in trees.items()} == {
        first: ["B2", "a-b", "a/z", "b"],
        second: ["only"],
        empty: [],
    }
    found = await world.files.find_many([(first, "b"), (second, "only"), (second, "b")])
    assert found == {(first, "b"): trees[first][3], (second, "only"): trees[second][0]}
    assert await world.files.find_many([]) == {}


async def test_what_changed_since_a_revision(world: World) -> None:
    project_id = await world.project()
    await world.save(project_id, "a", b"1")
    await world.save(project_id, "b", b"1")
    await world.save(project_id, "a", b"2", 1)
    assert [file.path for file in await world.files.changed_since(project_id, 0)] == ["b", "a"]
    assert [file.path for file in await world.files.changed_since(project_id, 2)] == ["a"]
    assert await world.files.changed_since(project_id, 3) == []


async def test_a_save_is_told_on_the_bus(world: World) -> None:
    project_id = await world.project()
    async with world.bus.subscribe(f"files:{project_id}") as events:
        saved = await world.save(project_id, "a", b"hello")
        event = await anext(events)
    assert event is not None
    assert event["revision"] == saved.revision


async def test_the_rows_are_what_the_documents_declare(world: World) -> None:
    project_id = await world.project()
    saved = await world.save(project_id, "a", b"hello")
    [file] = await ProjectFileDocument.find_all().to_list()
    [version] = await FileVersionDocument.find_all().to_list()
    assert (file.path, file.sha256, file.updated_at) == (saved.path, saved.sha256, saved.updated_at)
    assert (version.version, version.sha256, version.author) == (1, HELLO, ADA)
