import asyncio
import random

import pytest
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.kernel.errors import QuotaExceeded
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.errors import TooManyReservations, TooManyStoredFiles, UserStorageFull
from aura_gql.storage.quotas.records import Quota, Usage
from aura_gql.storage.quotas.service import StorageQuotas
from tests.storage.quotas.conftest import Quotas, Things

ADA, EVE = "ada", "eve"
PROJECT = ObjectId()
LONG_S = 3_600.0


async def used(quotas: StorageQuotas, user_id: str = ADA) -> tuple[int, int, int]:
    quota = await quotas.of_user(user_id)
    return quota.files_used, quota.bytes_used, quota.reserved_bytes


async def commit(things: Things, quotas: StorageQuotas, reservation_id: ObjectId, size: int) -> None:
    """Keep an archive of `size` bytes in place of a reservation."""

    async def work(session: AsyncClientSession) -> None:
        await quotas.add(ADA, Usage(archive_bytes=size), session, releasing=[reservation_id])

    async with things.database.client.start_session() as session:
        await session.with_transaction(work)


async def test_what_was_there_before_is_counted_with_the_first_change(things: Things, quotas: Quotas) -> None:
    counting = quotas()
    await things.database["things"].insert_many([{"user_id": ADA, "size": 20}, {"user_id": EVE, "size": 90}])
    assert await counting.of_user(ADA) == Quota(20, 100, 1, 10, 0)
    await things.put(counting, ADA, 30)
    assert await used(counting) == (2, 50, 0)
    await things.put(counting, ADA, -20)
    assert await used(counting) == (1, 30, 0)
    assert await used(counting, EVE) == (1, 90, 0)


async def test_what_would_be_too_much_is_undone_and_told(things: Things, quotas: Quotas) -> None:
    counting = quotas(max_files=2)
    await things.put(counting, ADA, 60)
    with pytest.raises(UserStorageFull) as full:
        await things.put(counting, ADA, 41)
    assert full.value.details == {"resource": "userBytes", "limit": 100, "used": 60}
    await things.put(counting, ADA, 40)
    with pytest.raises(TooManyStoredFiles) as many:
        await things.put(counting, ADA, 0)
    assert many.value.details == {"resource": "userFiles", "limit": 2, "used": 2}
    assert await used(counting) == (2, 100, 0)
    # Beyond a bound that was lowered nothing grows, and all may shrink.
    lowered = quotas(max_bytes=10, max_files=1)
    with pytest.raises(QuotaExceeded):
        await things.put(lowered, ADA, 1)
    await things.put(lowered, ADA, -40)
    assert await used(lowered) == (1, 60, 0)


async def test_a_first_change_beyond_the_limit_leaves_no_count(things: Things, quotas: Quotas) -> None:
    with pytest.raises(UserStorageFull):
        await things.put(quotas(), ADA, 101)
    assert await UserStorageDocument.find_usage(ADA) is None


async def test_of_many_at_once_none_passes_the_limit(things: Things, quotas: Quotas) -> None:
    """The first changes of a user at that: each of them would count what is there."""
    counting, chance = quotas(max_files=1_000), random.Random(1)
    await things.database["things"].insert_one({"user_id": ADA, "size": 60})
    sizes = [chance.choice((3, 7, 11)) for _ in range(16)]
    results = await asyncio.gather(*(things.put(counting, ADA, size) for size in sizes), return_exceptions=True)
    kept = [size for size, result in zip(sizes, results, strict=True) if result is None]
    refused = [result for result in results if result is not None]
    assert 0 < len(kept) < len(sizes)
    assert all(isinstance(result, UserStorageFull) for result in refused)
    assert await used(counting) == (len(kept) + 1, 60 + sum(kept), 0)
    assert 60 + sum(kept) <= 100
    await asyncio.gather(*(things.put(counting, ADA, -size) for size in kept), things.put(counting, ADA, -60))
    assert await used(counting) == (0, 0, 0)


async def test_a_reservation_counts_until_it_is_released(things: Things, quotas: Quotas) -> None:
    counting = quotas()
    await things.put(counting, ADA, 50)
    held = await counting.reserve(ADA, PROJECT, 40, lasts_s=LONG_S)
    assert await used(counting) == (1, 50, 40)
    with pytest.raises(UserStorageFull) as full:
        await counting.reserve(ADA, PROJECT, 11, lasts_s=LONG_S)
    assert full.value.details == {"resource": "userBytes", "limit": 100, "used": 90}
    with pytest.raises(UserStorageFull):
        await things.put(counting, ADA, 11)
    # In its own place it may grow.
    await counting.reserve(ADA, PROJECT, 50, lasts_s=LONG_S, reservation_id=held.id)
    assert await used(counting) == (1, 50, 50)
    for _ in range(2):
        await counting.release(ADA, held.id)
    assert await used(counting) == (1, 50, 0)


async def test_a_reservation_becomes_an_archive_in_one_step(things: Things, quotas: Quotas) -> None:
    counting = quotas()
    held = await counting.reserve(ADA, PROJECT, 90, lasts_s=LONG_S)
    await commit(things, counting, held.id, 80)
    assert await used(counting) == (0, 80, 0)
    larger = await counting.reserve(ADA, PROJECT, 10, lasts_s=LONG_S)
    with pytest.raises(UserStorageFull):
        await commit(things, counting, larger.id, 21)
    assert await used(counting) == (0, 80, 10)


async def test_what_lapses_counts_no_more_and_can_still_be_committed(things: Things, quotas: Quotas) -> None:
    counting = quotas()
    lapsed = [await counting.reserve(ADA, PROJECT, 30, lasts_s=-1) for _ in range(4)]
    assert await used(counting) == (0, 0, 0)
    held = await counting.reserve(ADA, PROJECT, 60, lasts_s=LONG_S)
    stored = await things.database["user_storage"].find_one({"_id": ADA})
    assert stored is not None
    assert [reservation["id"] for reservation in stored["reservations"]] == [held.id]
    await commit(things, counting, lapsed[0].id, 30)
    with pytest.raises(UserStorageFull):
        await commit(things, counting, lapsed[1].id, 30)
    assert await used(counting) == (0, 30, 60)


async def test_reservations_at_once_never_pass_a_limit(things: Things, quotas: Quotas) -> None:
    counting = quotas()
    asked = (counting.reserve(ADA, PROJECT, 45, lasts_s=LONG_S) for _ in range(6))
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(result, UserStorageFull) for result in results) == 4
    assert await used(counting) == (0, 0, 90)
    await counting.release_project(ADA, ObjectId())
    await counting.release_project(ADA, PROJECT)
    small = (counting.reserve(ADA, PROJECT, 1, lasts_s=LONG_S) for _ in range(6))
    results = await asyncio.gather(*small, return_exceptions=True)
    refused = [result for result in results if isinstance(result, TooManyReservations)]
    assert [error.details for error in refused] == [{"resource": "reservations", "limit": 3, "used": 3}] * 3


async def test_a_wrong_count_is_corrected_and_reservations_stay(things: Things, quotas: Quotas) -> None:
    counting = quotas()
    await things.put(counting, ADA, 50)
    await counting.reserve(ADA, PROJECT, 10, lasts_s=LONG_S)
    await things.database["user_storage"].update_one({"_id": ADA}, {"$inc": {"file_bytes": 7, "file_count": -3}})
    for store in (False, True):
        assert await counting.recount(ADA, store=store) == (Usage(-2, 57), Usage(1, 50))
    assert await used(counting) == (1, 50, 10)


async def test_a_correction_beside_changes_is_right_in_the_end(things: Things, quotas: Quotas) -> None:
    counting = quotas(max_bytes=10_000, max_files=1_000)
    await things.put(counting, ADA, 1)
    await things.database["user_storage"].update_one({"_id": ADA}, {"$inc": {"file_bytes": 999}})
    await asyncio.gather(*(things.put(counting, ADA, size) for size in range(8)), counting.recount(ADA, store=True))
    assert await used(counting) == (9, 29, 0)
