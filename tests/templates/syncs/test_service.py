"""One sync at a time, whole or not at all, wherever it is cut off."""

import asyncio
from pathlib import Path

import pytest

from aura_gql.kernel.error_codes import ErrorCode
from aura_gql.templates.errors import TemplateSyncUnderWay
from aura_gql.templates.syncs.documents import TemplateSyncDocument
from aura_gql.templates.syncs.records import SyncStatus, SyncStep, SyncTrigger
from aura_gql.templates.syncs.stored import TOPIC, from_bus
from tests.support.github.faults import stalled
from tests.support.templates import GivenTemplates
from tests.support.waiting import until
from tests.templates.syncs.world import SyncWorld, ended

OLD = {"one": b"1", "two": b"2"}


async def test_there_is_one_at_a_time_over_all_servers(world: SyncWorld) -> None:
    (jobs, here), (_, there) = world.server(), world.server()
    started = await asyncio.gather(
        *(syncs.start(SyncTrigger.ADMINISTRATOR) for syncs in (here, there, here, there)),
        here.start(SyncTrigger.SCHEDULE),
    )
    assert len({sync.id for sync in started}) == 1
    await jobs.start()
    assert (await ended(there, started[0].id)).status is SyncStatus.SUCCEEDED
    assert world.github.state.requests().count("tarball") == 1
    assert (await there.latest()) == await ended(here, started[0].id)
    second = await there.start(SyncTrigger.ADMINISTRATOR)
    assert second.id != started[0].id
    # The other server's queue is not started: this one finds the job.
    assert (await ended(here, second.id)).status is SyncStatus.UNCHANGED
    await jobs.stop()


async def test_a_crash_at_any_step_leaves_the_old_catalogue_and_the_next_run_succeeds(world: SyncWorld) -> None:
    jobs, syncs = world.server()
    await jobs.start()
    await ended(syncs, (await syncs.start(SyncTrigger.COMMAND)).id)
    await jobs.stop()
    for number, step in enumerate(SyncStep):
        world.publish(str(number), **{f"new-{number}": "", "one": "new", "two": "2"})
        before = await world.catalogue()
        jobs, syncs = world.server()
        async with world.bus.subscribe(TOPIC) as heard:
            await jobs.start()
            sync = await syncs.start(SyncTrigger.SCHEDULE)
            async for event in heard:
                if event is not None and from_bus(event).step is step:
                    break
            await jobs.stop()
        after = await world.catalogue()
        if step is not SyncStep.COMMITTING:
            assert after == before
        assert after in (before, await new_catalogue(world, number))
        jobs, syncs = world.server()
        await jobs.start()
        assert (await ended(syncs, sync.id)).status is SyncStatus.SUCCEEDED
        await jobs.stop()
        assert await world.catalogue() == await new_catalogue(world, number)
        assert list(world.spools.iterdir()) == []


async def new_catalogue(world: SyncWorld, number: int) -> dict[str, bytes]:
    return {f"new-{number}": b"", "one": b"new", "two": b"2"}


async def test_a_sync_whose_asker_died_before_it_was_queued_is_found(world: SyncWorld) -> None:
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.SCHEDULE, is_forced=False)
    assert opened is not None
    jobs, syncs = world.server()
    await jobs.start()
    assert (await syncs.start(SyncTrigger.ADMINISTRATOR)).id == opened["_id"]
    assert (await ended(syncs, opened["_id"])).status is SyncStatus.SUCCEEDED
    await jobs.stop()


async def test_one_that_breaks_unexpectedly_is_told_to_have_failed(world: SyncWorld) -> None:
    world.read = lambda archive, commit: GivenTemplates(RuntimeError("unheard of"))
    jobs, syncs = world.server()
    await jobs.start()
    broken = await ended(syncs, (await syncs.start(SyncTrigger.ADMINISTRATOR)).id)
    await jobs.stop()
    assert broken.failure is not None
    assert (broken.status, broken.failure.code) == (SyncStatus.FAILED, ErrorCode.SOURCE_UNAVAILABLE)
    assert "unheard of" not in broken.failure.message


async def test_a_command_runs_it_itself(world: SyncWorld, tmp_path: Path) -> None:
    _, syncs = world.server()
    archive = tmp_path / "starters.tar.gz"
    archive.write_bytes(world.github.state.archive)
    done = await syncs.run_here(archive)
    assert (done.status, done.trigger, done.added) == (SyncStatus.SUCCEEDED, SyncTrigger.COMMAND, ["one", "two"])
    assert world.github.state.asked == []
    archive.write_bytes(b"no archive")
    failed = await syncs.run_here(archive)
    assert failed.failure is not None
    assert await world.catalogue() == OLD


async def test_a_command_keeps_others_away_until_it_ends_or_dies(world: SyncWorld) -> None:
    world.github.state.fail("codeload", stalled(world.github.state.archive, 10), times=1)
    (_, syncs), (_, others) = world.server(), world.server()
    work = asyncio.create_task(syncs.run_here())
    await until(lambda: "codeload" in world.github.state.requests())
    under_way = await others.start(SyncTrigger.ADMINISTRATOR)
    assert (under_way.trigger, under_way.status) == (SyncTrigger.COMMAND, SyncStatus.RUNNING)
    with pytest.raises(TemplateSyncUnderWay):
        await others.run_here()
    work.cancel()
    await asyncio.wait([work])
    assert (await ended(others, under_way.id)).status is SyncStatus.FAILED
    # One that is killed ends nothing; its lease does.
    opened = await TemplateSyncDocument.insert_open(
        SyncTrigger.COMMAND, is_forced=False, lease_until=under_way.created_at
    )
    assert opened is not None
    assert (await others.run_here()).status is SyncStatus.SUCCEEDED
    assert (await ended(others, opened["_id"])).failure is not None
