"""States change only as the table says, however many try at once."""

import asyncio
from datetime import timedelta

from bson import ObjectId

from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.records import (
    ENDED_STATUSES,
    LIVE_STATUSES,
    TRANSITIONS,
    MachineFacts,
    SandboxStatus,
    states_before,
)
from aura_gql.sandboxes.values import ResourceLimits
from tests.sandboxes.test_events import store_pending
from tests.support.mongo import init_documents

Status = SandboxStatus


def test_the_table_names_every_state_and_ends() -> None:
    assert set(TRANSITIONS) == set(Status) == LIVE_STATUSES | ENDED_STATUSES
    assert all(not TRANSITIONS[status] for status in ENDED_STATUSES)
    assert all(TRANSITIONS[status] for status in LIVE_STATUSES)
    assert set(states_before(Status.STOPPED)) == {Status.PENDING, Status.STOPPING}


async def test_what_the_table_does_not_allow_does_not_happen(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    lifecycle = Lifecycle(InProcessBus())
    sandbox_id = await store_pending()
    for status in (Status.PENDING, Status.RUNNING, Status.STOPPING):
        assert await lifecycle.advance(sandbox_id, status) is None
    ended = await lifecycle.advance(sandbox_id, Status.ERROR, "No.")
    assert ended is not None
    assert (ended.status, ended.status_reason, ended.event_sequence) == (Status.ERROR, "No.", 2)
    assert ended.stopped_at is not None
    for status in Status:
        assert await lifecycle.advance(sandbox_id, status) is None


async def test_of_two_at_once_one_wins(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    lifecycle = Lifecycle(InProcessBus())
    sandbox_id = await store_pending()
    tries = await asyncio.gather(*(lifecycle.advance(sandbox_id, Status.STARTING) for _ in range(10)))
    assert sum(record is not None for record in tries) == 1


async def test_a_change_whose_answer_was_lost_is_known_again(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    sandbox_id, change_id = await store_pending(), ObjectId()
    tries = [await SandboxSession.advance(sandbox_id, Status.STARTING, None, change_id=change_id) for _ in range(2)]
    assert tries[0] is not None
    assert tries[0] == tries[1]
    assert await SandboxSession.advance(sandbox_id, Status.STARTING, None, change_id=ObjectId()) is None


async def test_an_idle_stop_loses_against_a_use(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    lifecycle = Lifecycle(InProcessBus())
    sandbox_id = await store_pending()
    await lifecycle.advance(sandbox_id, Status.STARTING)
    cutoff = utcnow() + timedelta(milliseconds=1)
    await database["sandbox_sessions"].update_one({"_id": sandbox_id}, {"$set": {"last_activity_at": cutoff}})
    assert await lifecycle.advance(sandbox_id, Status.STOPPING, "Idle.", idle_since=cutoff) is None
    later = cutoff + timedelta(milliseconds=1)
    assert await lifecycle.advance(sandbox_id, Status.STOPPING, "Idle.", idle_since=later) is not None


async def test_a_wish_is_granted_once(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    lifecycle = Lifecycle(InProcessBus())
    sandbox_id, wish_id = await store_pending(), ObjectId()
    await lifecycle.advance(sandbox_id, Status.STARTING)
    facts, running = MachineFacts("machine", 0, ResourceLimits()), [Status.RUNNING]
    for expected in (True, False):
        await lifecycle.running(sandbox_id, facts, utcnow())
        restarted = await lifecycle.advance(sandbox_id, Status.STARTING, only_from=running, wish_id=wish_id)
        assert (restarted is not None) is expected
    assert await SandboxSession.has_granted(sandbox_id, wish_id)
    assert not await SandboxSession.has_granted(sandbox_id, ObjectId())
