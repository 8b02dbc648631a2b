"""Uploads: all or none, once under a key, and told which file is wrong."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any

import pytest

from aura_gql.files.errors import FileTooLarge, InvalidPath, PathClash, ProjectTooLarge, TooManyFiles, VersionConflict
from aura_gql.files.events import topic_of
from aura_gql.files.records import FileRecord, NewUpload
from aura_gql.kernel.errors import DomainError, IdempotencyMismatch, InvalidInput
from aura_gql.projects.errors import ProjectNotFound, ProjectNotReady
from aura_gql.projects.records import ProjectStatus
from tests.files.world import ADA, World


@dataclass
class Bytes:
    """What somebody brings, and how often it was read."""

    data: bytes
    reads: int = 0

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    async def read(self) -> bytes:
        self.reads += 1
        return self.data


def new(path: str, data: bytes, version: int = 0, executable: bool | None = None) -> NewUpload:
    return NewUpload(path, Bytes(data), version, executable)


def facts(records: list[FileRecord]) -> list[tuple[str, int, int]]:
    return [(record.path, record.version, record.revision) for record in records]


async def test_files_are_saved_in_one_revision(world: World) -> None:
    project = await world.project()
    await world.files.save(ADA, project, "run.sh", b"old", 0, True)
    files = [new("src/b.py", b"b"), new("run.sh", b"new", 1), new("a.bin", b"\x00\xff", executable=True)]

    async with world.bus.subscribe(topic_of(project)) as events:
        records = await world.uploads.upload(ADA, project, files)
        told = (await anext(events) or {})["revision"]

    assert facts(records) == [("a.bin", 1, 2), ("run.sh", 2, 2), ("src/b.py", 1, 2)]
    assert [(record.executable, record.is_binary) for record in records] == [
        (True, True),
        (True, False),
        (False, False),
    ]
    assert [await world.files.content(record) for record in records] == [b"\x00\xff", b"new", b"b"]
    assert [await world.files.get(ADA, project, record.path) for record in records] == records
    assert told == 2
    assert await world.revision(project) == 2
    assert await world.rows(project) == {"project_files": 3, "file_versions": 4, "project_storage": 1}
    totals = await world.database["project_storage"].find_one({"_id": project})
    assert totals == {"_id": project, "file_count": 3, "total_bytes": 6}


async def test_what_is_there_already_is_not_saved_again(world: World) -> None:
    project = await world.project()
    await world.save(project, "a", b"same")

    records = await world.uploads.upload(ADA, project, [new("a", b"same", 1), new("b", b"new")])
    again = await world.uploads.upload(ADA, project, [new("a", b"same", 1), new("b", b"new", 1)], "key")

    assert facts(records) == facts(again) == [("a", 1, 1), ("b", 1, 2)]
    assert await world.revision(project) == 2


REFUSED: dict[str, tuple[list[NewUpload], type[DomainError], tuple[str, ...], dict[str, Any]]] = {
    "no file": ([], InvalidInput, ("files",), {}),
    "a bad path": ([new("ok", b""), new("../b", b"")], InvalidPath, ("files", "1", "path"), {}),
    "a path twice": ([new("b", b""), new("b", b"")], InvalidInput, ("files", "1", "path"), {"path": "b"}),
    "a negative version": ([new("b", b"", -1)], InvalidInput, ("files", "0", "expectedVersion"), {}),
    "a case clash inside": (
        [new("b", b""), new("B", b"")],
        PathClash,
        ("files", "1", "path"),
        {"path": "B", "clashesWith": "b"},
    ),
    "a case clash with what is there": (
        [new("c", b""), new("KEPT", b"")],
        PathClash,
        ("files", "1", "path"),
        {"path": "KEPT", "clashesWith": "kept"},
    ),
    "a file where a folder is": ([new("folder", b"")], PathClash, ("files", "0", "path"), {"path": "folder"}),
    "a folder where a file is": ([new("kept/x", b"")], PathClash, ("files", "0", "path"), {"path": "kept/x"}),
    "a file that is there": (
        [new("c", b""), new("kept", b"x")],
        VersionConflict,
        ("files", "1", "expectedVersion"),
        {"path": "kept", "currentVersion": 1},
    ),
    "a version that is not there": (
        [new("kept", b"x", 2)],
        VersionConflict,
        ("files", "0", "expectedVersion"),
        {"path": "kept"},
    ),
    "a file too large": (
        [new("c", b""), new("big", b"x" * 1001)],
        FileTooLarge,
        ("files", "1", "file"),
        {"path": "big", "limit": 1000, "used": 1001},
    ),
    "files too many": ([new(f"{n}", b"") for n in range(19)], TooManyFiles, (), {"limit": 20}),
    "bytes too many": ([new(f"{n}", b"x" * 999) for n in range(6)], ProjectTooLarge, (), {"limit": 5000}),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_one_that_can_not_be_saved_keeps_all_from_being(world: World, name: str) -> None:
    files, kind, field, details = REFUSED[name]
    project = await world.project()
    await world.save(project, "kept", b"kept")
    await world.save(project, "folder/in", b"in")
    before = await world.rows(project), await world.revision(project), await world.blob_count(project)

    for key in (None, "key"):
        with pytest.raises(kind) as caught:
            await world.uploads.upload(ADA, project, files, key)
        assert caught.value.field == field
        assert details.items() <= caught.value.details.items()

    assert (await world.rows(project), await world.revision(project), await world.blob_count(project)) == before


async def test_a_project_must_be_there_and_ready(world: World) -> None:
    starting = await world.project(ProjectStatus.INITIALIZING)
    with pytest.raises(ProjectNotReady):
        await world.uploads.upload(ADA, starting, [new("a", b"")])
    for owner, status in (("eve", ProjectStatus.READY), (ADA, ProjectStatus.DELETING)):
        with pytest.raises(ProjectNotFound):
            await world.uploads.upload(ADA, await world.project(status, owner), [new("a", b"")], "key")


async def test_the_same_upload_under_a_key_is_done_once(world: World) -> None:
    project = await world.project()
    files = [new("a", b"1"), new("b", b"2")]
    first = await world.uploads.upload(ADA, project, files, "key")
    await world.save(project, "a", b"since", 1)
    repeated = [new("b", b"2"), new("a", b"1")]

    assert await world.uploads.upload(ADA, project, repeated, "key") == first
    assert [file.content.reads for file in repeated if isinstance(file.content, Bytes)] == [0, 0]
    assert await world.files.content(first[0]) == b"1"
    assert await world.revision(project) == 2
    assert facts(await world.uploads.upload("ada", project, [new("a", b"1", 2)], "other")) == [("a", 3, 3)]


@pytest.mark.parametrize(
    "other", [new("a", b"2"), new("c", b"1"), new("a", b"1", 1), new("a", b"1", 0, True), new("a", b"1", 0, False)]
)
async def test_other_files_under_a_key_are_refused(world: World, other: NewUpload) -> None:
    project = await world.project()
    await world.uploads.upload(ADA, project, [new("a", b"1")], "key")
    with pytest.raises(IdempotencyMismatch):
        await world.uploads.upload(ADA, project, [other], "key")
    with pytest.raises(IdempotencyMismatch):
        await world.uploads.upload(ADA, await world.project(), [new("a", b"1")], "key")


async def test_the_same_upload_at_once_is_done_once(world: World) -> None:
    project = await world.project()
    for turn in range(3):
        files = [new(f"{turn}-{name}", name.encode()) for name in "abcd"]
        results = await asyncio.gather(*(world.uploads.upload(ADA, project, files, f"key {turn}") for _ in range(8)))
        assert all(result == results[0] for result in results)
        assert await world.revision(project) == turn + 1
    assert (await world.rows(project))["file_versions"] == 12


async def test_of_uploads_of_one_path_at_once_one_wins(world: World) -> None:
    project = await world.project()
    files = [[new("same", f"{n}".encode()), new(f"own {n}", b"")] for n in range(6)]
    results = await asyncio.gather(
        *(world.uploads.upload(ADA, project, some, f"key {n}") for n, some in enumerate(files)), return_exceptions=True
    )
    assert sum(isinstance(result, VersionConflict) for result in results) == 5
    assert (await world.rows(project))["project_files"] == 2


async def test_a_refused_upload_may_be_tried_again_under_its_key(world: World) -> None:
    project = await world.project()
    await world.save(project, "a", b"x" * 1000)
    for n in range(4):
        await world.save(project, f"{n}", b"x" * 1000)
    with pytest.raises(ProjectTooLarge):
        await world.uploads.upload(ADA, project, [new("b", b"12345")], "key")
    await world.save(project, "a", b"", 1)
    assert facts(await world.uploads.upload(ADA, project, [new("b", b"12345")], "key")) == [("b", 1, 7)]


async def test_a_deletion_forgets_uploads(world: World) -> None:
    project = await world.project()
    await world.uploads.upload(ADA, project, [new("a", b"1")], "key")
    await world.set_status(project, ProjectStatus.DELETING)
    await world.files.remove_project(project)
    assert await world.database["file_batches"].count_documents({}) == 0
    assert await world.blob_count(project) == 0
    with pytest.raises(ProjectNotFound):
        await world.uploads.upload(ADA, project, [new("a", b"1")], "key")


async def test_results_outlive_their_keys_by_an_hour(world: World) -> None:
    indexes = await world.database["file_batches"].index_information()
    assert indexes["created_at_1"]["expireAfterSeconds"] == 25 * 3600
