"""More time and new machines, asked for at any moment and by whoever may."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import IdempotencyMismatch, InvalidInput, RateLimited
from aura_gql.sandboxes.errors import SandboxGone, SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.records import SandboxEventRecord, SandboxLimits, SandboxStatus
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench
from tests.support.waiting import until

Status = SandboxStatus


async def test_an_extension_moves_the_end_and_is_told(bench: SandboxBench) -> None:
    record = await bench.running()
    seen: list[SandboxEventRecord] = []

    async def watch() -> None:
        async for event in bench.sandboxes.status_changes(OWNER, record.id):
            seen.append(event)

    watching = asyncio.create_task(watch())
    await until(lambda: len(seen) == 1)
    renewal = bench.sandboxes.renewal
    first = await renewal.extend(OWNER, record.id, 60, "key")
    again = await renewal.extend(OWNER, record.id, 60, "key")
    await asyncio.gather(*(renewal.extend(OWNER, record.id, 10) for _ in range(5)))
    await asyncio.gather(*(renewal.extend(OWNER, record.id, 1, "another") for _ in range(5)))
    last = await bench.sandboxes.get(OWNER, record.id)
    await bench.sandboxes.stop(OWNER, record.id)
    await asyncio.wait_for(watching, 60)

    assert first.expires_at == again.expires_at == record.expires_at + timedelta(seconds=60)
    assert last.expires_at == record.expires_at + timedelta(seconds=111)
    extensions = [event for event in seen if event.status is Status.RUNNING]
    assert [event.expires_at for event in extensions] == sorted({event.expires_at for event in extensions})
    assert extensions[-1].expires_at == last.expires_at
    with pytest.raises(IdempotencyMismatch):
        await renewal.extend(OWNER, record.id, 61, "key")


async def test_no_sandbox_lives_longer_than_any_may(database: Database, tmp_path: Path) -> None:
    limits = SandboxLimits(lifetime_s=100, max_lifetime_s=150)
    async with sandbox_bench(database, tmp_path, limits) as bench:
        record = await bench.running()
        renewal = bench.sandboxes.renewal
        with pytest.raises(InvalidInput, match="`byS` may be 50") as caught:
            await renewal.extend(OWNER, record.id, 51)
        assert (caught.value.field, caught.value.details["limit"]) == (("byS",), 50)
        await renewal.extend(OWNER, record.id, 50)
        for by_s in (1, 0, -1, 2**31 - 1):
            with pytest.raises(InvalidInput):
                await renewal.extend(OWNER, record.id, by_s)


async def test_a_machine_is_told_of_an_extension_by_whoever_holds_it(bench: SandboxBench) -> None:
    record = await bench.running()
    extended = await bench.more().renewal.extend(OWNER, record.id, 60)
    live = bench.sandboxes._registry.get(record.id)
    assert live is not None
    assert live.lives_until == record.expires_at
    await bench.sandboxes.reaper.patrol()
    await until(lambda: live.lives_until == extended.expires_at)


async def test_a_restart_gives_a_new_machine_with_the_projects_files(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project({"a.txt": b"one"}))
    old = await bench.sandboxes.attach(record.id)
    renewal = bench.sandboxes.renewal

    restarting = await renewal.restart(OWNER, record.id, "key")
    running = await bench.reached(record.id, Status.RUNNING)
    again = await renewal.restart(OWNER, record.id, "key")

    assert (restarting.status, restarting.status_reason) == (Status.STARTING, "Its owner restarted it.")
    assert restarting.event_sequence == record.event_sequence + 1
    assert again == running
    assert running.started_at is not None
    assert record.started_at is not None
    assert running.started_at > record.started_at
    assert await old.wait_gone()
    with pytest.raises(SandboxGone):
        await old.read_file("a.txt", 10)
    assert await (await bench.sandboxes.attach(record.id)).read_file("a.txt", 10) == b"one"


async def test_who_comes_while_the_old_machine_is_saved_gets_the_new_one(bench: SandboxBench) -> None:
    record = await bench.running()
    old = await bench.sandboxes.attach(record.id)
    live = bench.sandboxes._registry.get(record.id)
    assert live is not None
    async with live.sync_lock:  # The save waits for it.
        await bench.sandboxes.renewal.restart(OWNER, record.id)
        coming = asyncio.create_task(bench.sandboxes.attach(record.id))
        await asyncio.sleep(0)
    new = await coming
    assert new is not old
    assert await new.list_files(".", 10) == []


async def test_restarts_at_once_are_one_and_a_stop_wins(bench: SandboxBench) -> None:
    record = await bench.running()
    renewal = bench.sandboxes.renewal
    await asyncio.gather(*(renewal.restart(OWNER, record.id) for _ in range(5)))
    assert (await bench.reached(record.id, Status.RUNNING)).event_sequence == record.event_sequence + 2
    for turns in (0, 1, 5, 50):
        record = await bench.running()
        await renewal.restart(OWNER, record.id)
        for _ in range(turns):
            await asyncio.sleep(0)
        await bench.sandboxes.stop(OWNER, record.id)
        assert (await bench.reached(record.id, Status.STOPPED)).status_reason == "Its owner stopped it."
        folder = bench.folder / "sandboxes" / str(record.id)
        await until(lambda: not folder.exists())  # noqa: B023 - awaited at once


async def test_the_server_that_holds_a_machine_restarts_it(bench: SandboxBench) -> None:
    record = await bench.running()
    old = await bench.sandboxes.attach(record.id)
    asked = await bench.more().renewal.restart(OWNER, record.id)
    assert asked.status is Status.STARTING
    await bench.sandboxes.reaper.patrol()
    await bench.reached(record.id, Status.RUNNING)
    assert await old.wait_gone()
    new = await bench.sandboxes.attach(record.id)
    starter = bench.sandboxes._starter
    await until(lambda: not starter.is_starting(record.id))
    starter.restart(asked)  # As a patrol that read the record before does.
    await until(lambda: not starter.is_starting(record.id))
    assert await bench.sandboxes.attach(record.id) is new


async def test_what_has_ended_can_neither_be_extended_nor_restarted(bench: SandboxBench) -> None:
    record = await bench.running()
    renewal = bench.sandboxes.renewal
    for missing, viewer in ((ObjectId(), OWNER), (record.id, "other")):
        with pytest.raises(SandboxNotFound):
            await renewal.extend(viewer, missing, 1)
        with pytest.raises(SandboxNotFound):
            await renewal.restart(viewer, missing)
    await bench.sandboxes.stop(OWNER, record.id)
    with pytest.raises(SandboxNotRunning, match="Its owner stopped it"):
        await renewal.extend(OWNER, record.id, 1)
    with pytest.raises(SandboxNotRunning, match="Its owner stopped it"):
        await renewal.restart(OWNER, record.id)


async def test_restarts_count_as_operations(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path, max_operations=1) as bench:
        record = await bench.running()
        with pytest.raises(RateLimited):
            await bench.sandboxes.renewal.restart(OWNER, record.id)
        assert (await bench.sandboxes.get(OWNER, record.id)).status is Status.RUNNING
