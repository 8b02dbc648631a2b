"""Who follows the syncs sees the latest first, then what is newer."""

from contextlib import aclosing

from aura_gql.infra.bus import InProcessBus
from aura_gql.templates.syncs.changes import follow
from aura_gql.templates.syncs.documents import TemplateSyncDocument
from aura_gql.templates.syncs.records import SyncStatus, SyncTrigger, TemplateSyncRecord
from aura_gql.templates.syncs.stored import TOPIC, to_bus
from tests.templates.syncs.world import SyncWorld


async def open_one() -> dict[str, object]:
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.ADMINISTRATOR, is_forced=False)
    assert opened is not None
    return dict(opened)


async def test_states_come_once_and_in_order(world: SyncWorld) -> None:
    bus = InProcessBus(quiet_s=0.05)
    async with aclosing(follow(bus)) as events:
        assert await anext(events) is None
        opened = await open_one()
        await bus.publish(TOPIC, to_bus(opened))
        first = await anext(events)
        assert first is not None
        assert (first.id, first.status, first.sequence) == (opened["_id"], SyncStatus.QUEUED, 1)
        changed = await TemplateSyncDocument.change(first.id, {"downloaded_bytes": 7})
        assert changed is not None
        for document in (opened, changed, changed, opened):
            await bus.publish(TOPIC, to_bus(document))
        assert told(await anext(events)) == (first.id, 2)
        # Of another process, whose events never come.
        await TemplateSyncDocument.end(first.id, SyncStatus.UNCHANGED, {})
        last = await anext(events)
        assert (told(last), last and last.status) == ((first.id, 3), SyncStatus.UNCHANGED)
        second = await open_one()
        assert told(await anext(events)) == (second["_id"], 1)
        await bus.close()
        assert [event async for event in events] == []


def told(event: TemplateSyncRecord | None) -> tuple[object, int]:
    assert event is not None
    return event.id, event.sequence
