"""Following a sandbox: the present first, nothing twice, the end never missed."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from bson import ObjectId

from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotFound
from aura_gql.sandboxes.events import event_of, follow, from_bus, to_bus
from aura_gql.sandboxes.lifecycle import Lifecycle
from aura_gql.sandboxes.records import MachineFacts, SandboxEventRecord, SandboxStatus
from aura_gql.sandboxes.values import ResourceLimits
from tests.support.mongo import init_documents
from tests.support.waiting import until

Status = SandboxStatus


async def store_pending() -> ObjectId:
    """The id of a new PENDING sandbox in the database."""
    now = utcnow()
    session = SandboxSession(
        id=ObjectId(),
        user_id="user",
        project_id=ObjectId(),
        provider=SandboxProviderName.LOCAL,
        status=Status.PENDING,
        event_sequence=1,
        owner="here",
        lease_until=now + timedelta(minutes=1),
        created_at=now,
        updated_at=now,
        last_activity_at=now,
        expires_at=now + timedelta(hours=1),
    )
    assert await SandboxSession.add(session)
    assert not await SandboxSession.add(session)
    assert session.id is not None
    return session.id


@pytest.mark.parametrize("queue_size", [1, 1000])
async def test_a_follower_sees_the_present_and_the_end(database: Database, queue_size: int) -> None:
    await init_documents(database, [SandboxSession])
    bus = InProcessBus(queue_size)
    lifecycle = Lifecycle(bus)
    sandbox_id = await store_pending()
    seen: list[SandboxEventRecord] = []

    async def read() -> None:
        async for event in follow(bus, sandbox_id, SandboxSession.find_record):
            seen.append(event)

    reading = asyncio.create_task(read())
    await until(lambda: len(seen) == 1)
    assert await lifecycle.advance(sandbox_id, Status.STARTING) is not None
    assert await lifecycle.running(sandbox_id, MachineFacts("machine", 7, ResourceLimits()), utcnow()) is not None
    running = await SandboxSession.find_record(sandbox_id)
    assert running is not None
    await lifecycle.publish(running)
    assert await lifecycle.advance(sandbox_id, Status.STOPPING, "Enough.") is not None
    assert await lifecycle.advance(sandbox_id, Status.STOPPED, "Enough.") is not None
    await asyncio.wait_for(reading, 60)
    sequences = [event.sequence for event in seen]
    assert sequences == sorted(set(sequences))
    assert (seen[0].status, seen[-1].status, seen[-1].reason) == (Status.PENDING, Status.STOPPED, "Enough.")
    if queue_size > 1:
        assert sequences == [1, 2, 3, 4, 5]
    assert [event async for event in follow(bus, sandbox_id, SandboxSession.find_record)] == seen[-1:]
    assert bus.subscriber_count() == 0


async def test_a_missing_sandbox_can_not_be_followed(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    with pytest.raises(SandboxNotFound):
        await anext(follow(InProcessBus(), ObjectId(), SandboxSession.find_record))


@pytest.mark.parametrize("change", [{"$set": {"user_id": "another"}}, None])
async def test_ends_where_the_sandbox_is_not_the_viewers_any_more(
    database: Database, change: dict[str, dict[str, str]] | None
) -> None:
    await init_documents(database, [SandboxSession])
    bus = InProcessBus(quiet_s=0.02)
    sandbox_id = await store_pending()
    with pytest.raises(SandboxNotFound):
        await anext(Lifecycle(bus).changes_for("another", sandbox_id))
    async with contextlib.aclosing(Lifecycle(bus).changes_for("user", sandbox_id)) as changes:
        assert (await anext(changes)).status is Status.PENDING
        sandboxes = SandboxSession.find_all()
        await (sandboxes.update(change) if change else sandboxes.delete())
        with pytest.raises(SandboxNotFound):
            await asyncio.wait_for(anext(changes), 60)
    assert bus.subscriber_count() == 0


async def test_an_event_survives_the_bus(database: Database) -> None:
    await init_documents(database, [SandboxSession])
    record = await SandboxSession.find_record(await store_pending())
    assert record is not None
    event = event_of(record)
    assert from_bus(record.id, to_bus(event)) == event
