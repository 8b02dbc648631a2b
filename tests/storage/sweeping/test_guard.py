"""Claims beside removals, in every order in which their steps can come."""

import asyncio

import pytest

from aura_gql.storage.ports import BlobKey
from aura_gql.storage.sweeping import guard
from aura_gql.storage.sweeping.documents import CondemnedBlobDocument, new_run_id
from aura_gql.storage.sweeping.errors import BlobBeingRemoved, ClaimLapsed
from aura_gql.storage.sweeping.records import PROMISE_S
from tests.support.blob_world import SCOPE, World

DATA = b"the same bytes"


async def orphan(world: World) -> BlobKey:
    """A blob that nothing names, condemned a moment ago."""
    key = await world.store.put(SCOPE, DATA)
    report = await world.sweep(wait_s=3_600)
    assert (report.condemned, await world.states()) == (1, ["CONDEMNED"])
    return key


async def test_a_claim_acquits_what_is_condemned(world: World) -> None:
    key = await orphan(world)
    await world.write(DATA)
    assert await world.states() == []
    report = await world.sweep()
    assert (report.condemned, report.removed) == (0, 0)
    assert await world.is_there(key)


async def test_what_is_claimed_and_then_condemned_is_named_when_it_is_asked_for(world: World) -> None:
    """The claim comes first and sees nothing, the name comes last: between the two the blob is condemned."""
    key = await world.store.put(SCOPE, DATA)
    await world.guard.claim([key])
    assert (await world.sweep(wait_s=3_600)).condemned == 1
    await world.name(key)
    await world.age(3_600)
    report = await world.sweep(wait_s=3_600)
    assert (report.spared, report.removed) == (1, 0)
    assert await world.is_there(key)
    assert await world.states() == []


async def test_what_is_claimed_before_it_is_doomed_stays(world: World) -> None:
    key = await orphan(world)
    await world.age(3_600)
    await world.guard.claim([key])
    # Not even asked about again, as it is not doomed; condemned anew it has all its time.
    report = await world.sweep(wait_s=3_600)
    assert (report.condemned, report.removed, await world.states()) == (1, 0, ["CONDEMNED"])
    assert await world.is_there(key)


async def test_what_is_doomed_can_be_claimed_when_it_is_gone(world: World) -> None:
    """The claim comes when the sweeper asks for the last time: it has to wait, and the bytes are kept anew."""
    key = await orphan(world)
    late: list[asyncio.Task[BlobKey]] = []
    blocked: list[bool] = []

    async def claim_too_late() -> None:
        if await world.states() == ["DOOMED"]:
            with pytest.raises(BlobBeingRemoved):
                await world.guard.claim([key])
            blocked.append(await world.is_there(key))
            late.append(asyncio.create_task(patient.write(DATA)))

    patient = World(world.database, world.store, world.room, guard.BlobGuard(patience_s=30))
    world.room.before = claim_too_late
    assert (await world.sweep()).removed == 1
    assert blocked == [True]
    assert await late[0] == key
    assert await world.store.get(key) == DATA


async def test_a_name_that_is_there_when_it_is_asked_for_the_last_time_spares(world: World) -> None:
    """Nobody who claims can do this; a room that did not claim is forgiven as long as the blob is there."""
    key = await orphan(world)

    async def name() -> None:
        if await world.states() == ["DOOMED"]:
            await world.name(key)

    world.room.before = name
    assert (await world.sweep()).spared == 1
    assert await world.is_there(key)
    assert await world.states() == []


async def test_many_claims_of_one_blob_beside_its_removal(world: World) -> None:
    """Whoever wins, a blob that is named in the end is there."""
    patient = World(world.database, world.store, world.room, guard.BlobGuard(patience_s=30))
    for turn in range(4):
        data = b"%d" % turn
        key = await world.store.put(SCOPE, data)
        await world.sweep(wait_s=3_600)
        await asyncio.gather(world.sweep(), *(patient.write(data) for _ in range(4)))
        assert await world.store.get(key) == data
        assert await world.states() == []


async def test_what_a_dead_sweeper_left_doomed_keeps_claims_out_until_it_is_taken_over(world: World) -> None:
    key = await orphan(world)
    await world.age(10)
    run_id = new_run_id()
    (blob,) = [found async for found in world.database["condemned_blobs"].find()]
    assert await CondemnedBlobDocument.doom(blob["condemned_at"].replace(year=9999), run_id, 10) == 1
    other = await world.store.put(SCOPE, b"other bytes")
    await world.sweep(wait_s=3_600)
    assert sorted(await world.states()) == ["CONDEMNED", "DOOMED"]
    with pytest.raises(BlobBeingRemoved):
        await world.guard.claim([key, other])
    assert await world.states() == ["DOOMED"]
    # Not long enough dead: one of its deletions may still arrive.
    assert (await world.sweep(wait_s=3_600)).removed == 0
    await world.age(7_200)
    assert (await world.sweep(wait_s=3_600)).removed == 2
    await world.write(DATA)
    assert await world.store.get(key) == DATA


async def test_a_claim_is_held_as_long_as_somebody_works(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 1_000.0
    monkeypatch.setattr(guard, "monotonic", lambda: now_s)
    claim = await world.guard.claim([await world.store.put(SCOPE, DATA)])
    await world.sweep(wait_s=3_600)
    await claim.hold()
    assert await world.states() == ["CONDEMNED"]
    for _ in range(3):
        now_s += PROMISE_S / 2 + 1
        await claim.hold()
        assert await world.states() == []
    now_s += PROMISE_S
    with pytest.raises(ClaimLapsed):
        await claim.hold()


async def test_claims_of_very_many_blobs(world: World) -> None:
    keys = [BlobKey(SCOPE, f"{number:064x}") for number in range(2_001)]
    last = await orphan(world)
    claim = await world.guard.claim([*keys, last])
    assert len(claim.keys) == 2_002
    assert await world.states() == []
