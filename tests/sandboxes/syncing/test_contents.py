"""Pushing files in groups."""

import secrets
from pathlib import Path

from bson import ObjectId
from pymongo import AsyncMongoClient, MongoClient
from pymongo.monitoring import CommandListener, CommandStartedEvent

from aura_gql.files.records import RevisionSource
from aura_gql.files.versions import scope_of
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFile
from aura_gql.infra.mongo import MongoDocument
from aura_gql.sandboxes.values import FileKind
from aura_gql.storage.backends.local import LocalBlobStore
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench


class SavesInMidRead(CommandListener):
    """Has two files saved by another server just when the first reader asks for the rest of the project's files."""

    def __init__(self, uri: str, database: str) -> None:
        self._uri, self._database = uri, database
        self.saves: list[tuple[ObjectId, str, int, str]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name != "getMore" or event.command["collection"] != "project_files":
            return
        with MongoClient[MongoDocument](self._uri) as client:
            while self.saves:
                project_id, path, revision, sha256 = self.saves.pop(0)
                saved = {"revision": revision, "version": 2, "sha256": sha256}
                where = {"project_id": project_id, "path": path}
                client[self._database]["project_files"].update_one(where, {"$set": saved})

    def succeeded(self, event: object) -> None:
        """Nothing."""

    def failed(self, event: object) -> None:
        """Nothing."""


async def test_a_project_of_many_and_of_large_files_arrives_whole(bench: SandboxBench) -> None:
    files = {f"dir{number % 7}/file{number}.txt": b"%d" % number for number in range(150)}
    files |= {f"large{number}.bin": bytes([number]) * 1_000_000 for number in range(12)}
    files["empty"] = b""
    record = await bench.running(await bench.project(files))
    machine = await bench.sandboxes.attach(record.id)
    for path, data in files.items():
        assert await machine.read_file(path, 2_000_000) == data
    assert record.synced_revision == 1


async def test_an_empty_project_starts(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project())
    assert record.synced_revision == 0


async def test_what_is_deleted_or_moved_leaves_a_running_sandbox(bench: SandboxBench) -> None:
    project_id = await bench.project({"a": b"a", "b": b"b", "src/x": b"x", "src/y": b"y", "kept": b"k"})
    record = await bench.running(project_id)
    machine = await bench.sandboxes.attach(record.id)
    operations: list[Operation] = [
        DeletePath("a"),
        MovePath("b", "c/b"),
        DeletePath("src"),
        PutFile("src", HeldBytes(b"now a file")),
        MovePath("kept", "KEPT"),
    ]
    await bench.files.writer.apply(OWNER, project_id, operations, source=RevisionSource.BATCH)
    await bench.sandboxes.refresh(project_id)
    files = [found for found in await machine.list_files(".", 100, recursive=True) if found.kind is FileKind.FILE]
    assert [found.path for found in files] == ["KEPT", "c/b", "src"]
    assert await machine.read_file("src", 100) == b"now a file"
    assert (await bench.sandboxes.get(OWNER, record.id)).synced_revision == 2


async def test_saves_during_the_first_push_arrive(mongodb_uri: str, tmp_path: Path) -> None:
    name = f"test_{secrets.token_hex(8)}"
    saving = SavesInMidRead(mongodb_uri, name)
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True, event_listeners=[saving]) as client:
        async with sandbox_bench(client[name], tmp_path) as bench:
            project_id = await bench.project({f"file{number:03}": b"old" for number in range(150)})
            blob = await LocalBlobStore(tmp_path / "blobs").put(scope_of(project_id), b"new")
            saving.saves = [(project_id, "file000", 2, blob.sha256), (project_id, "file149", 3, blob.sha256)]
            record = await bench.running(project_id)
            assert saving.saves == []
            machine = await bench.sandboxes.attach(record.id)
            assert [await machine.read_file(path, 10) for path in ("file000", "file149")] == [b"new", b"new"]
        await client.drop_database(name)
