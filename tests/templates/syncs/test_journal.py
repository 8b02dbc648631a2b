"""What a journal writes, and when."""

import pytest

from aura_gql.infra.transaction import in_transaction
from aura_gql.templates.errors import TemplateSyncEnded
from aura_gql.templates.syncs.documents import TemplateSyncDocument
from aura_gql.templates.syncs.journal import SyncJournal
from aura_gql.templates.syncs.records import SyncStatus, SyncStep, SyncTrigger, TemplateSyncRecord
from tests.support.waiting import until
from tests.templates.syncs.world import SyncWorld


async def test_what_grows_is_written_soon_and_with_each_step(world: SyncWorld) -> None:
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.COMMAND, is_forced=False, lease_until=None)
    assert opened is not None
    sync_id = opened["_id"]

    async def now() -> TemplateSyncRecord:
        return (await TemplateSyncDocument.find_records([sync_id]))[0]

    async def is_held() -> bool:
        collection = TemplateSyncDocument.get_pymongo_collection()
        return await collection.count_documents({"_id": sync_id, "lease_until": {"$ne": None}}) == 1

    journal = SyncJournal(world.bus, sync_id, has_lease=True)
    await journal.begin()
    assert (await now()).status is SyncStatus.RUNNING
    journal.note(downloaded_bytes=1)
    assert (await now()).downloaded_bytes == 0
    await journal.step(SyncStep.READING)
    assert ((await now()).downloaded_bytes, (await now()).step) == (1, SyncStep.READING)
    async with journal.kept():
        await until(is_held)
        journal.note(downloaded_bytes=2)

        async def has_grown() -> bool:
            return (await now()).downloaded_bytes == 2

        await until(has_grown)
    journal.note(downloaded_bytes=3)
    assert await journal.end(SyncStatus.SUCCEEDED, {"commit": "a"})
    last = await now()
    assert (last.downloaded_bytes, last.commit, last.step) == (3, "a", None)
    assert not await is_held()
    assert not await journal.end(SyncStatus.FAILED, {})
    with pytest.raises(TemplateSyncEnded):
        await journal.step(SyncStep.STORING)
    assert (await now()).status is SyncStatus.SUCCEEDED


async def test_who_was_overtaken_writes_nothing_more(world: SyncWorld) -> None:
    opened = await TemplateSyncDocument.insert_open(SyncTrigger.ADMINISTRATOR, is_forced=False)
    assert opened is not None
    first, second = (SyncJournal(world.bus, opened["_id"], has_lease=False) for _ in range(2))
    client = world.database.client
    await first.begin()
    await in_transaction(client, first.hold)
    await second.begin()
    await second.step(SyncStep.READING)
    with pytest.raises(TemplateSyncEnded):
        await in_transaction(client, first.hold)
    with pytest.raises(TemplateSyncEnded):
        await first.step(SyncStep.STORING)
    assert not await first.end(SyncStatus.FAILED, {})
    await in_transaction(client, second.hold)
    found = (await TemplateSyncDocument.find_records([opened["_id"]]))[0]
    assert (found.status, found.step) == (SyncStatus.RUNNING, SyncStep.READING)
    assert await second.end(SyncStatus.SUCCEEDED, {})
    with pytest.raises(TemplateSyncEnded):
        await in_transaction(client, second.hold)
