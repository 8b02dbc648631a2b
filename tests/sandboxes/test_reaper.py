"""Records and machines are brought back in step, whatever went wrong."""

from pathlib import Path

from aura_gql.infra.mongo import Database
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench
from tests.support.waiting import until

Status = SandboxStatus
NO_PATIENCE = SandboxLimits(idle_timeout_s=0.0)


async def let_lease_run_out(bench: SandboxBench, record: SandboxRecord) -> None:
    """As if the server had said nothing for long."""
    lapsed = {"$set": {"lease_until": record.created_at}}
    await bench.database["sandbox_sessions"].update_one({"_id": record.id}, lapsed)


async def test_an_idle_sandbox_is_stopped_but_never_one_in_use(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path, NO_PATIENCE) as bench:
        record = await bench.running()
        async with bench.sandboxes.in_use(record.id):
            await bench.sandboxes.reaper.patrol()
            assert (await bench.sandboxes.get(OWNER, record.id)).status is Status.RUNNING

        async def patrolled() -> bool:
            await bench.sandboxes.reaper.patrol()
            return (await bench.sandboxes.get(OWNER, record.id)).status is Status.STOPPED

        await until(patrolled)
        stopped = await bench.sandboxes.get(OWNER, record.id)
        assert stopped.status_reason == "Nothing used it for 0 minutes."


async def test_use_is_noted_for_as_long_as_it_lasts(bench: SandboxBench) -> None:
    record = await bench.running()
    assert record.idle_stops_at is not None
    async with bench.sandboxes.in_use(record.id):
        await bench.sandboxes.reaper.patrol()
        first = (await bench.sandboxes.get(OWNER, record.id)).idle_stops_at
        await bench.sandboxes.reaper.patrol()
        later = (await bench.sandboxes.get(OWNER, record.id)).idle_stops_at
    assert first is not None
    assert later is not None
    assert record.idle_stops_at < first < later


async def test_a_deletion_that_its_server_did_not_see_is_made_up_for(bench: SandboxBench) -> None:
    record = await bench.running()
    await SandboxSession.mark_deleted(OWNER, record.id)
    assert await bench.sandboxes.live_for_projects([record.project_id]) == {}
    await bench.sandboxes.reaper.patrol()
    assert (await bench.reached(record.id, Status.STOPPED)).status_reason == "Its owner deleted it."


async def test_a_lifetime_ends(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path, SandboxLimits(lifetime_s=0.0)) as bench:
        record = await bench.running()
        async with bench.sandboxes.in_use(record.id):
            await bench.sandboxes.reaper.patrol()
            stopped = await bench.reached(record.id, Status.STOPPED)
        assert stopped.status_reason == "It reached the end of its lifetime of 0 minutes."


async def test_a_dead_servers_sandboxes_end_and_leave_nothing(bench: SandboxBench) -> None:
    records = [await bench.running() for _ in range(2)]
    dead = await bench.sandboxes.create(OWNER, records[0].project_id)
    await bench.reached(dead.id, Status.RUNNING)
    await bench.database["sandbox_sessions"].update_one({"_id": dead.id}, {"$set": {"status": "PENDING"}})
    successor = bench.more()
    await successor.recover(exclusive=False)
    assert (await successor.get(OWNER, dead.id)).is_live
    await successor.recover(exclusive=True)
    for record in [*records, dead]:
        ended = await successor.get(OWNER, record.id)
        assert (ended.status, ended.status_reason) == (
            Status.STOPPED,
            "The server restarted. What code changed in its files since the last save is lost.",
        )
    assert not [entry for entry in (bench.folder / "sandboxes").iterdir() if not entry.name.startswith(".")]


async def test_a_lease_that_ran_out_is_a_death(bench: SandboxBench) -> None:
    record = await bench.running()
    await bench.database["sandbox_sessions"].update_one(
        {"_id": record.id}, {"$set": {"lease_until": record.created_at}}
    )
    await bench.more().recover(exclusive=False)
    assert (await bench.sandboxes.get(OWNER, record.id)).status is Status.STOPPED
    await bench.sandboxes.reaper.patrol()
    folder = bench.folder / "sandboxes"
    await until(lambda: not [entry for entry in folder.iterdir() if not entry.name.startswith(".")])


async def test_a_lease_that_lapsed_while_nobody_could_renew_it_is_no_death(bench: SandboxBench) -> None:
    record = await bench.running()
    await bench.database["sandbox_sessions"].update_one(
        {"_id": record.id}, {"$set": {"lease_until": record.created_at}}
    )
    await bench.more().reaper.patrol()
    assert (await bench.sandboxes.get(OWNER, record.id)).status is Status.RUNNING


async def test_a_patrol_vouches_for_what_it_holds(bench: SandboxBench) -> None:
    record = await bench.running()
    await bench.database["sandbox_sessions"].update_one(
        {"_id": record.id}, {"$set": {"lease_until": record.created_at}}
    )
    await bench.sandboxes.reaper.patrol()
    await bench.more().recover(exclusive=False)
    assert (await bench.sandboxes.get(OWNER, record.id)).status is Status.RUNNING


async def test_a_machine_that_goes_by_itself_is_an_error(bench: SandboxBench) -> None:
    record = await bench.running()
    machine = await bench.sandboxes.attach(record.id)
    await machine.stop()
    ended = await bench.reached(record.id, Status.ERROR)
    assert ended.status_reason


async def test_records_that_nothing_stands_behind_end(bench: SandboxBench) -> None:
    sessions = bench.database["sandbox_sessions"]
    running, starting, stopping = [await bench.running() for _ in range(3)]
    for record in (running, starting, stopping):
        await bench.sandboxes.stop(OWNER, record.id)
    await sessions.update_one({"_id": running.id}, {"$set": {"status": "RUNNING"}})
    early = {"status": "STARTING", "updated_at": starting.created_at.replace(year=2000)}
    await sessions.update_one({"_id": starting.id}, {"$set": early})
    await sessions.update_one({"_id": stopping.id}, {"$set": {"status": "STOPPING", "status_reason": "Why."}})
    await bench.sandboxes.reaper.patrol()
    assert (await bench.sandboxes.get(OWNER, running.id)).status is Status.ERROR
    assert (await bench.sandboxes.get(OWNER, starting.id)).status is Status.ERROR
    assert (await bench.reached(stopping.id, Status.STOPPED)).status_reason == "Why."


async def test_the_loops_run_and_end(database: Database, tmp_path: Path) -> None:
    limits = SandboxLimits(idle_timeout_s=0.0, reaper_interval_s=0.01, orphan_interval_s=0.01)
    async with sandbox_bench(database, tmp_path, limits) as bench:
        bench.sandboxes.reaper.start()
        record = await bench.sandboxes.create(OWNER, await bench.project())
        await bench.reached(record.id, Status.STOPPED)
        await bench.sandboxes.reaper.stop()
        assert await SandboxSession.find_live_of_owner("nobody") == []
