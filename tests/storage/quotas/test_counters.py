from aura_gql.storage.quotas.counters import UserCounters
from aura_gql.storage.quotas.service import StorageQuotas
from tests.storage.quotas.conftest import Quotas, Things


async def wrongs(quotas: StorageQuotas, *, repair: bool = False) -> list[str | None]:
    return [miscount.subject if miscount else None async for miscount in UserCounters(quotas).verify(repair=repair)]


async def test_a_wrong_count_is_told_and_repaired(things: Things, quotas: Quotas) -> None:
    counting = quotas()
    for user_id, size in (("ada", 10), ("eve", 20)):
        await things.put(counting, user_id, size)
    assert await wrongs(counting) == [None, None]
    await things.database["user_storage"].update_one({"_id": "eve"}, {"$inc": {"file_bytes": 1}})
    (told,) = [miscount.detail async for miscount in UserCounters(counting).verify(repair=False) if miscount]
    assert "1 files of 21 bytes" in told
    assert await wrongs(counting, repair=True) == [None, "user eve"]
    assert await wrongs(counting) == [None, None]
