import asyncio
from pathlib import Path

from aura_gql.storage.ports import BlobKey
from aura_gql.storage.sweeping.documents import CondemnedBlobDocument, SweepTurnDocument, SweptBlobDocument
from aura_gql.storage.sweeping.sweeper import LEASE_S
from tests.support.blob_world import SCOPE, World


async def orphans(world: World, count: int, scope: str = SCOPE) -> list[BlobKey]:
    """Blobs that nothing names."""
    return [await world.store.put(scope, b"orphan %d of %s" % (number, scope.encode())) for number in range(count)]


async def removals(world: World) -> int:
    """How many removals are remembered."""
    return await world.database["swept_blobs"].count_documents({})


async def test_what_nothing_names_goes_and_what_it_was_stays_known(world: World) -> None:
    kept = await world.write(b"named")
    (gone,) = await orphans(world, 1)
    first = await world.sweep(wait_s=3_600)
    assert (first.looked_at, first.condemned, first.removed) == (2, 1, 0)
    # In the same run, as no time has to pass between the two here.
    sweeper = world.sweeper()
    assert await sweeper.take_turn() is not None
    assert (sweeper.swept.removed, sweeper.swept.removed_bytes) == (1, 22)
    assert [await world.is_there(key) for key in (kept, gone)] == [True, False]
    (record,) = [found async for found in world.database["swept_blobs"].find()]
    assert (record["scope"], record["sha256"], record["size"]) == (SCOPE, gone.sha256, 22)
    assert record["condemned_at"] <= record["removed_at"] < record["expires_at"]
    assert "names it" in record["why"]
    assert await CondemnedBlobDocument.count_waiting() == 0


async def test_the_young_are_left_alone(world: World) -> None:
    await orphans(world, 1)
    report = await world.sweep(grace_s=3_600)
    assert (report.looked_at, report.condemned) == (1, 0)


async def test_only_the_scopes_of_rooms_are_swept(world: World) -> None:
    (key,) = await orphans(world, 1, "templates")
    report = await world.sweep()
    assert (report.looked_at, report.removed) == (0, 0)
    assert await world.is_there(key)


async def test_a_run_is_bounded_and_the_next_goes_on(world: World) -> None:
    scopes = [f"projects/{number}" for number in range(3)]
    for scope in scopes:
        await orphans(world, 2, scope)
    limits = {"max_looked_at": 3, "wait_s": 3_600}
    assert [(await world.sweep(**limits)).looked_at for _ in range(3)] == [4, 2, 4]
    assert [(await world.sweep(max_scopes=2, wait_s=3_600)).looked_at for _ in range(2)] == [2, 4]
    assert len(await world.states()) == 6
    assert (await world.sweep(max_removed=1)).removed == 6  # A group at a time; all fit into one.


async def test_of_many_servers_one_sweeps_at_a_time(world: World) -> None:
    await orphans(world, 3)
    sweepers = [world.sweeper(interval_s=3_600) for _ in range(5)]
    reports = [report for report in await asyncio.gather(*(one.take_turn() for one in sweepers)) if report]
    assert [report.removed for report in reports] == [3]
    assert await world.sweeper().take_turn() is None  # Not due for an hour.


async def test_the_turn_of_a_dead_server_passes_on(world: World) -> None:
    assert await SweepTurnDocument.take("dead", LEASE_S) == ""
    assert await world.sweeper().take_turn() is None
    assert await SweepTurnDocument.keep("dead", -1, "projects/1")
    await orphans(world, 1, "projects/0")
    await orphans(world, 1, "projects/2")
    report = await world.sweep()
    assert report.looked_at == 1
    assert not await SweepTurnDocument.keep("dead", LEASE_S, "projects/1")


async def test_a_removal_that_fails_is_taken_up_again(world: World, tmp_path: Path) -> None:
    keys = await orphans(world, 3)
    await world.sweep(wait_s=3_600)
    (path,) = tmp_path.rglob(keys[1].sha256)
    data = path.read_bytes()
    path.unlink()
    path.mkdir()  # Which can't be removed as a file is.
    assert (await world.sweep()).removed == 0
    assert await world.states() == ["DOOMED"] * 3
    assert await removals(world) == 0
    path.rmdir()
    path.write_bytes(data)
    await world.age(7_200)
    assert (await world.sweep()).removed == 3
    assert [key async for key in world.store.keys(SCOPE)] == []
    assert await removals(world) == 3


async def test_a_record_that_is_there_already_is_kept(world: World) -> None:
    await orphans(world, 2)
    await world.sweep(wait_s=3_600)
    await CondemnedBlobDocument.get_pymongo_collection().update_many(
        {}, {"$set": {"doomed_by": "run", "state": "DOOMED"}}
    )
    doomed = await CondemnedBlobDocument.find_doomed("run")
    await SweptBlobDocument.add(doomed[:1], 60)
    await SweptBlobDocument.add(doomed, 60)
    assert await removals(world) == 2
