"""Sandboxes from the wish to the end, on real machines."""

import asyncio
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import InvalidInput, Unsupported
from aura_gql.kernel.page import PageRequest
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import FileNotInSandbox, SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.records import SandboxFilter, SandboxLimits, SandboxStatus
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench
from tests.support.waiting import until

Status = SandboxStatus


async def test_a_sandbox_lives_and_every_change_is_told(bench: SandboxBench) -> None:
    project_id = await bench.project({"src/main.py": b"print(1)\n", "run.sh": b"#!/bin/sh\n"})
    record = await bench.sandboxes.create(OWNER, project_id)
    assert record.status is Status.PENDING
    seen = []

    async def watch() -> None:
        async for event in bench.sandboxes.status_changes(OWNER, record.id):
            seen.append((event.sequence, event.status))

    watching = asyncio.create_task(watch())
    running = await bench.reached(record.id, Status.RUNNING)
    assert running.provider_sandbox_id is not None
    assert running.started_at is not None
    assert running.synced_revision == 1
    machine = await bench.sandboxes.attach(record.id)
    assert await machine.read_file("src/main.py", 100) == b"print(1)\n"
    stopped = await bench.sandboxes.stop(OWNER, record.id)
    assert (stopped.status, stopped.status_reason) == (Status.STOPPED, "Its owner stopped it.")
    assert stopped.stopped_at is not None
    await asyncio.wait_for(watching, 60)
    life = [Status.PENDING, Status.STARTING, Status.RUNNING, Status.STOPPING, Status.STOPPED]
    assert seen == list(enumerate(life, start=1))[-len(seen) :]
    assert len(seen) >= 3
    assert await bench.sandboxes.stop(OWNER, record.id) == stopped
    with pytest.raises(SandboxNotRunning, match=r"STOPPED: Its owner stopped it\."):
        await bench.sandboxes.attach(record.id)


async def test_a_refresh_brings_the_files_to_the_machines_of_their_project(bench: SandboxBench) -> None:
    project_id = await bench.project({"a": b"1"})
    records = [await bench.running(project_id), await bench.running(project_id), await bench.running()]
    mine, also_mine, other = [await bench.sandboxes.attach(record.id) for record in records]
    await bench.files.save(OWNER, project_id, "b", b"2", 0)

    await bench.sandboxes.refresh(project_id)

    assert [await machine.read_file("b", 10) for machine in (mine, also_mine)] == [b"2", b"2"]
    with pytest.raises(FileNotInSandbox):
        await other.read_file("b", 10)
    await mine.stop()
    await bench.files.save(OWNER, project_id, "c", b"3", 0)
    await bench.sandboxes.refresh(project_id)
    assert await also_mine.read_file("c", 10) == b"3"


async def test_someone_elses_sandbox_is_a_missing_one(bench: SandboxBench) -> None:
    record = await bench.running()
    for missing in (record.id, ObjectId()):
        with pytest.raises(SandboxNotFound) as get:
            await bench.sandboxes.get("other", missing)
        with pytest.raises(SandboxNotFound) as stop:
            await bench.sandboxes.stop("other", missing)
        with pytest.raises(SandboxNotFound) as watch:
            await anext(aiter(bench.sandboxes.status_changes("other", missing)))
        assert get.value.message == stop.value.message == watch.value.message
    assert await bench.sandboxes.get_many("other", [record.id]) == {}
    with pytest.raises(ProjectNotFound):
        await bench.sandboxes.create("other", record.project_id)


async def test_a_provider_that_is_not_configured_is_refused_by_name(bench: SandboxBench) -> None:
    with pytest.raises(Unsupported, match="E2B is not configured") as caught:
        await bench.sandboxes.create(OWNER, await bench.project(), SandboxWish(SandboxProviderName.E2B))
    assert caught.value.field == ("provider",)
    local, e2b, daytona = await bench.sandboxes.providers()
    assert (local.name, local.available) == (SandboxProviderName.LOCAL, True)
    assert local.capabilities is not None
    assert not e2b.available
    assert daytona.capabilities is None


async def test_a_stop_during_the_start_wins_and_leaves_no_machine(bench: SandboxBench) -> None:
    project_id = await bench.project({f"file{number}": b"x" * 1000 for number in range(200)})
    for _ in range(5):
        record = await bench.sandboxes.create(OWNER, project_id)
        await bench.sandboxes.stop(OWNER, record.id)
        ended = await bench.reached(record.id, Status.STOPPED)
        assert ended.status_reason == "Its owner stopped it."
    await until(lambda: not _machines(bench))


async def test_attach_waits_for_the_start_and_brings_what_changed(bench: SandboxBench) -> None:
    project_id = await bench.project({"a.txt": b"one"})
    record = await bench.sandboxes.create(OWNER, project_id)
    machine = await bench.sandboxes.attach(record.id)
    assert await machine.read_file("a.txt", 100) == b"one"
    await bench.files.save(OWNER, project_id, "a.txt", b"two", expected_version=1)
    await bench.files.save(OWNER, project_id, "b/c.txt", b"new", expected_version=0)
    await asyncio.gather(*(bench.sandboxes.attach(record.id) for _ in range(3)))
    assert await machine.read_file("a.txt", 100) == b"two"
    assert await machine.read_file("b/c.txt", 100) == b"new"
    assert (await bench.sandboxes.get(OWNER, record.id)).synced_revision == 3


async def test_lists_are_paged_and_filtered(bench: SandboxBench) -> None:
    project_id = await bench.project()
    ids = [(await bench.sandboxes.create(OWNER, project_id)).id for _ in range(3)]
    await bench.sandboxes.stop(OWNER, ids[0])
    first = await bench.sandboxes.list(OWNER, SandboxFilter(), PageRequest(2))
    assert [record.id for record in first.items] == [ids[2], ids[1]]
    assert (first.has_next, first.has_previous, await first.count()) == (True, False, 3)
    rest = await bench.sandboxes.list(OWNER, SandboxFilter(), PageRequest(2, first.cursors[-1]))
    assert [record.id for record in rest.items] == [ids[0]]
    assert (rest.has_next, rest.has_previous) == (False, True)
    ended = SandboxFilter(project_id=project_id, statuses=(Status.STOPPED,))
    assert [record.id for record in (await bench.sandboxes.list(OWNER, ended, PageRequest())).items] == [ids[0]]
    with pytest.raises(InvalidInput):
        await bench.sandboxes.list(OWNER, SandboxFilter(), PageRequest(2, "WyJ4Il0"))


async def test_a_deleted_sandbox_is_ended_and_not_found_any_more(bench: SandboxBench) -> None:
    project_id, kept = await bench.project(), await bench.running()
    record = await bench.sandboxes.create(OWNER, project_id, idempotency_key="k")
    await bench.reached(record.id, Status.RUNNING)
    await bench.sandboxes.delete(OWNER, record.id)
    with pytest.raises(SandboxNotFound):
        await bench.sandboxes.create(OWNER, project_id, idempotency_key="k")
    assert _machines(bench) == {str(kept.id)}
    with pytest.raises(SandboxNotFound):
        await bench.sandboxes.get(OWNER, record.id)
    with pytest.raises(SandboxNotFound):
        await bench.sandboxes.delete(OWNER, record.id)
    page = await bench.sandboxes.list(OWNER, SandboxFilter(), PageRequest())
    assert ([found.id for found in page.items], await page.count()) == ([kept.id], 1)
    ended = await bench.sandboxes.state(record.id)
    assert ended is not None
    assert (ended.status, ended.status_reason) == (Status.STOPPED, "Its owner deleted it.")
    await bench.sandboxes.stop(OWNER, kept.id)
    await bench.sandboxes.delete(OWNER, kept.id)
    assert await bench.sandboxes.get_many(OWNER, [kept.id]) == {}


async def test_deleting_a_project_ends_and_forgets_its_sandboxes(bench: SandboxBench) -> None:
    record = await bench.running()
    other = await bench.running()
    await bench.sandboxes.remove_project(record.project_id)
    await bench.sandboxes.remove_project(record.project_id)
    assert await SandboxSession.find_record(record.id) is None
    assert _machines(bench) == {str(other.id)}


async def test_shutting_down_stops_the_machines_and_says_so(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path) as bench:
        running = await bench.running()
        starting = await bench.sandboxes.create(OWNER, running.project_id)
        await bench.sandboxes.close()
        for sandbox_id in (running.id, starting.id):
            record = await bench.sandboxes.get(OWNER, sandbox_id)
            assert (record.status, record.status_reason) == (Status.STOPPED, "The server shut down.")
        await until(lambda: not _machines(bench))


async def test_waiting_for_a_start_is_bounded(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path, SandboxLimits(attach_timeout_s=0.05)) as bench:
        record = await bench.running()
        await database["sandbox_sessions"].update_one({"_id": record.id}, {"$set": {"status": "STARTING"}})
        elsewhere = bench.more()
        with pytest.raises(SandboxNotRunning, match=r"within 0\.05 seconds"):
            await elsewhere.attach(record.id)
        with pytest.raises(SandboxNotFound):
            await bench.sandboxes.attach(ObjectId())


def _machines(bench: SandboxBench) -> set[str]:
    """The sandbox ids whose folders are on the disk."""
    folder = bench.folder / "sandboxes"
    return {entry.name for entry in folder.iterdir() if not entry.name.startswith(".")} if folder.is_dir() else set()
