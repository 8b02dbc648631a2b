"""When a sync is due, and that of many servers one starts it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.templates.syncs.documents import TemplateSourceDocument, TemplateSyncDocument
from aura_gql.templates.syncs.journal import LEASE
from aura_gql.templates.syncs.records import SourceState, SyncStatus, SyncTrigger
from aura_gql.templates.syncs.schedule import SyncSchedule, due_slot
from tests.support.waiting import until
from tests.templates.syncs.world import SyncWorld, ended

NOW = datetime(2026, 8, 11, 12, 0, tzinfo=UTC)
HOUR_S = 3600


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("state", "is_due"),
    [
        (SourceState(), True),
        (SourceState(tried_at=ago(HOUR_S - 1)), False),
        (SourceState(tried_at=ago(HOUR_S)), True),
        # Sooner where it failed, then later and later up to the interval.
        (SourceState(tried_at=ago(899), failures=1), False),
        (SourceState(tried_at=ago(900), failures=1), True),
        (SourceState(tried_at=ago(1799), failures=2), False),
        (SourceState(tried_at=ago(1800), failures=2), True),
        (SourceState(tried_at=ago(HOUR_S - 1), failures=1000), False),
        (SourceState(tried_at=ago(HOUR_S), failures=1000), True),
        # Not before the time that GitHub told, and no later.
        (SourceState(tried_at=ago(2 * HOUR_S), failures=1, retry_at=ago(-1)), False),
        (SourceState(tried_at=ago(10), failures=1, retry_at=ago(0)), True),
        (SourceState(tried_at=ago(10), failures=1, retry_at=ago(60)), True),
    ],
)
def test_when_one_is_due(state: SourceState, is_due: bool) -> None:
    assert (due_slot(state, HOUR_S, NOW) is not None) == is_due


def test_each_time_has_a_word_of_its_own() -> None:
    state = SourceState(tried_at=ago(HOUR_S))
    first = due_slot(state, HOUR_S, NOW)
    assert due_slot(state, HOUR_S, NOW + timedelta(seconds=HOUR_S - 1)) == first
    # The one before was known to the queue, and came to nothing.
    assert due_slot(state, HOUR_S, NOW + timedelta(seconds=HOUR_S)) not in (first, None)
    assert due_slot(SourceState(tried_at=NOW), HOUR_S, NOW + timedelta(seconds=HOUR_S)) not in (first, None)


async def test_a_sync_whose_command_died_is_told_to_be_over(world: SyncWorld) -> None:
    jobs, syncs = world.server()
    schedule = SyncSchedule(jobs, syncs, HOUR_S)
    await TemplateSourceDocument.save_failure("stackblitz", None)
    for lease_until, status in ((utcnow() + LEASE, SyncStatus.QUEUED), (utcnow() - LEASE, SyncStatus.FAILED)):
        opened = await TemplateSyncDocument.insert_open(SyncTrigger.COMMAND, is_forced=False, lease_until=lease_until)
        assert opened is not None
        await schedule.look()
        latest = await syncs.latest()
        assert latest is not None
        assert (latest.id, latest.status) == (opened["_id"], status)
        await TemplateSyncDocument.end(opened["_id"], SyncStatus.FAILED, {})


async def test_of_many_servers_one_starts_it(world: SyncWorld) -> None:
    servers = [world.server() for _ in range(3)]
    schedules = [SyncSchedule(jobs, syncs, HOUR_S) for jobs, syncs in servers]
    for (jobs, _), schedule in zip(servers, schedules, strict=True):
        schedule.register()
        await jobs.start()
        schedule.start()
    syncs = servers[0][1]
    sync = await until(syncs.latest)
    assert sync is not None
    assert sync.trigger is SyncTrigger.SCHEDULE
    assert (await ended(syncs, sync.id)).status is SyncStatus.SUCCEEDED
    await asyncio.gather(*(schedule.look() for schedule in schedules))
    for (jobs, _), schedule in zip(servers, schedules, strict=True):
        await schedule.stop()
        await jobs.stop()
    assert await TemplateSyncDocument.get_pymongo_collection().count_documents({}) == 1
    assert world.github.state.requests().count("commits") == 1
    # A job that is run once more, because its process died behind the start, starts no other.
    await schedules[0]._run("any")
    assert await TemplateSyncDocument.get_pymongo_collection().count_documents({}) == 1


async def test_it_rests_where_the_interval_is_0(world: SyncWorld) -> None:
    jobs, syncs = world.server()
    schedule = SyncSchedule(jobs, syncs, 0)
    schedule.start()
    await schedule.stop()
    assert await syncs.latest() is None
    assert (await TemplateSourceDocument.find_state("stackblitz")).tried_at is None
