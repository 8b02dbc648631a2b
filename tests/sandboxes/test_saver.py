"""What code changed outlives its machine, however that ends; what can't be saved is told."""

import asyncio
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.files.records import RevisionSource, VersionKind, VersionRecord
from aura_gql.files.writing.operations import DeletePath
from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.ports import BlobKey
from tests.support.processes import shell
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench
from tests.support.waiting import until

Status = SandboxStatus


async def changed(bench: SandboxBench, script: str = "printf new > a; printf made > b") -> SandboxRecord:
    """A running sandbox of a project with a file `a`, in which a script has run."""
    record = await bench.running(await bench.project({"a": b"old"}))
    assert (await shell(await bench.sandboxes.attach(record.id), script)).status.exit_code == 0
    return record


async def contents(bench: SandboxBench, project_id: ObjectId) -> dict[str, bytes]:
    files = (await bench.files.tree([project_id]))[project_id]
    return {file.path: await bench.files.content(file) for file in files}


async def test_a_stop_saves_what_code_changed(bench: SandboxBench) -> None:
    record = await changed(bench, "printf new > a; printf made > b; mkdir A; printf x > A/c; ln -s a link")
    stopped = await bench.sandboxes.stop(OWNER, record.id)

    assert await contents(bench, record.project_id) == {"a": b"new", "b": b"made"}
    saved = stopped.saved_files
    assert saved is not None
    assert (saved.saved, saved.saved_count, saved.conflicts) == (("a", "b"), 2, ())
    assert [each.path for each in saved.skipped] == ["link", "A/c"]
    assert "`A/c`" in saved.skipped[1].reason
    assert saved.skipped_count == 2
    first = (await bench.files.tree([record.project_id]))[record.project_id][0]
    assert (first.version, first.updated_by) == (2, OWNER)


async def test_many_files_in_the_place_of_one_do_not_keep_the_others_from_being_saved(bench: SandboxBench) -> None:
    script = "rm a; mkdir a; for i in $(seq 60); do echo > a/$i; done; printf made > b; printf 1 > C; printf 2 > c"
    record = await changed(bench, script)
    stopped = await bench.sandboxes.stop(OWNER, record.id)

    assert stopped.status_reason == "Its owner stopped it."
    assert await contents(bench, record.project_id) == {"a": b"old", "b": b"made", "C": b"1"}
    assert stopped.saved_files is not None
    assert stopped.saved_files.skipped_count == 61
    reasons = {each.path: each.reason for each in stopped.saved_files.skipped}
    assert "`a/1` can't lie in `a`" in reasons["a/1"]


async def test_what_the_project_deleted_is_not_saved_as_new(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project({"a": b"old", "changed": b"old"}))
    assert (await shell(await bench.sandboxes.attach(record.id), "printf new > changed")).status.exit_code == 0
    gone = [DeletePath("a"), DeletePath("changed")]
    await bench.files.writer.apply(OWNER, record.project_id, gone, source=RevisionSource.BATCH)
    stopped = await bench.sandboxes.stop(OWNER, record.id)

    assert await contents(bench, record.project_id) == {}
    assert stopped.saved_files is not None
    assert stopped.saved_files.conflicts == ("changed",)
    versions = await bench.files.versions_behind(record.project_id, "changed", 2)
    assert [row.kind for row in versions] == [VersionKind.CREATED, VersionKind.DELETED]
    assert await bench.files.content(versions[0].file) == b"new"


async def test_every_end_saves(database: Database, tmp_path: Path) -> None:
    limits = SandboxLimits(idle_timeout_s=0.0, reaper_interval_s=0.01)
    async with sandbox_bench(database, tmp_path, limits) as bench:
        deleted, idle, shut = [await changed(bench) for _ in range(3)]
        await bench.sandboxes.delete(OWNER, deleted.id)
        async with bench.sandboxes.in_use(shut.id):

            async def patrolled() -> bool:
                await bench.sandboxes.reaper.patrol()
                return (await bench.sandboxes.get(OWNER, idle.id)).status is Status.STOPPED

            await until(patrolled)
            assert (await bench.sandboxes.get(OWNER, shut.id)).status is Status.RUNNING
            await bench.sandboxes.close()
        for record in (deleted, idle, shut):
            assert await contents(bench, record.project_id) == {"a": b"new", "b": b"made"}


async def test_a_restart_brings_what_it_saved(bench: SandboxBench) -> None:
    record = await changed(bench, "printf new > a; mkdir node_modules; touch node_modules/x")
    await bench.sandboxes.renewal.restart(OWNER, record.id)
    running = await bench.reached(record.id, Status.RUNNING)
    machine = await bench.sandboxes.attach(record.id)
    assert (await shell(machine, "cat a; ls -A")).text == "newa"
    assert running.saved_files is not None
    assert running.saved_files.saved == ("a",)
    untouched = await bench.sandboxes.stop(OWNER, (await bench.running()).id)
    assert untouched.saved_files is None


async def test_the_projects_own_version_stands(bench: SandboxBench) -> None:
    record = await changed(bench)
    await bench.files.save(OWNER, record.project_id, "a", b"theirs", 1)
    stopped = await bench.sandboxes.stop(OWNER, record.id)
    assert await contents(bench, record.project_id) == {"a": b"theirs", "b": b"made"}
    assert stopped.saved_files is not None
    assert (stopped.saved_files.saved, stopped.saved_files.conflicts) == (("b",), ("a",))


async def test_a_version_that_comes_in_between_stands(bench: SandboxBench, monkeypatch: pytest.MonkeyPatch) -> None:
    record = await changed(bench)
    changes_since = bench.files.changes_since

    async def late(project_id: ObjectId, revision: int) -> list[VersionRecord]:
        await bench.files.save(OWNER, project_id, "a", b"theirs", 1)
        return await changes_since(project_id, revision)

    monkeypatch.setattr(bench.files, "changes_since", late)
    stopped = await bench.sandboxes.stop(OWNER, record.id)
    assert await contents(bench, record.project_id) == {"a": b"theirs", "b": b"made"}
    assert stopped.saved_files is not None
    assert stopped.saved_files.conflicts == ("a",)


async def test_a_store_that_is_away_for_a_while_is_waited_for(
    bench: SandboxBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, failures = await changed(bench), [StorageUnavailable("Away."), StorageUnavailable("Away.")]
    put = LocalBlobStore.put

    async def shaky(store: LocalBlobStore, scope: str, data: bytes) -> BlobKey:
        if failures:
            raise failures.pop()
        return await put(store, scope, data)

    monkeypatch.setattr(LocalBlobStore, "put", shaky)
    await bench.sandboxes.stop(OWNER, record.id)
    stopped = await bench.reached(record.id, Status.STOPPED)
    assert stopped.status_reason == "Its owner stopped it."
    assert await contents(bench, record.project_id) == {"a": b"new", "b": b"made"}


async def test_what_can_not_be_saved_is_told_and_keeps_a_machine_from_being_restarted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(store: LocalBlobStore, scope: str, data: bytes) -> BlobKey:
        raise StorageUnavailable("Away.")

    limits = SandboxLimits(save_timeout_s=0.3, save_patience_s=0.3, idle_timeout_s=0.0)
    async with sandbox_bench(database, tmp_path, limits) as bench:
        record, idle = await changed(bench), await changed(bench)
        monkeypatch.setattr(LocalBlobStore, "put", away)
        await bench.sandboxes.renewal.restart(OWNER, record.id)
        kept = await bench.reached(record.id, Status.RUNNING)
        assert kept.status_reason
        assert kept.status_reason.startswith("It was not restarted. What code changed in its files was not saved: that")
        machine = await bench.sandboxes.attach(record.id)
        assert await machine.read_file("b", 10) == b"made"
        async with bench.sandboxes.in_use(record.id):

            async def patrolled() -> bool:
                await bench.sandboxes.reaper.patrol()
                return (await bench.sandboxes.get(OWNER, idle.id)).status is Status.STOPPED

            await until(patrolled)
        await bench.sandboxes.stop(OWNER, record.id)
        for sandbox_id in (record.id, idle.id):
            stopped = await bench.reached(sandbox_id, Status.STOPPED)
            assert stopped.status_reason
            assert "not saved: that took longer than 0.3 seconds" in stopped.status_reason
            assert stopped.saved_files is None
        assert sum(count for key, count in bench.sandboxes.tally.failures.items() if key[1] == "save") == 3


async def test_nothing_is_saved_for_a_project_that_goes(bench: SandboxBench) -> None:
    record = await changed(bench)
    revision = max(file.revision for file in (await bench.files.tree([record.project_id]))[record.project_id])
    await asyncio.wait_for(bench.sandboxes.stop_for_project(record.project_id), 60)
    files = (await bench.files.tree([record.project_id]))[record.project_id]
    assert max(file.revision for file in files) == revision
