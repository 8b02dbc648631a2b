"""The terminals of a process: vouched for, closed by whoever comes after, and forgotten in the end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidState
from aura_gql.terminals.documents import TerminalSession
from aura_gql.terminals.records import TerminalEnding, TerminalGap
from tests.support.sandboxes import OWNER
from tests.support.terminals import TerminalBench
from tests.support.waiting import until


async def stored(bench: TerminalBench, owner: str = "dead", lease_s: float = -1, age_s: float = 3600) -> ObjectId:
    """The id of an open terminal in the database that nobody holds."""
    now, terminal_id = utcnow(), ObjectId()
    session = TerminalSession(
        id=terminal_id,
        sandbox_id=bench.sandbox.id,
        project_id=bench.sandbox.project_id,
        user_id=OWNER,
        command=["bash"],
        cwd=".",
        columns=80,
        rows=24,
        owner=owner,
        lease_until=now + timedelta(seconds=lease_s),
        created_at=now - timedelta(seconds=age_s),
    )
    assert await TerminalSession.add(session)
    assert not await TerminalSession.add(session)
    return terminal_id


async def test_terminals_of_dead_servers_are_closed(bench: TerminalBench) -> None:
    ours = await bench.open("sleep", "600")
    dead, alive = await stored(bench), await stored(bench, "alive", lease_s=60)
    await bench.service.recover(exclusive=False)
    closed = await bench.service.get(OWNER, dead)
    assert (closed.ending, closed.reason) == (TerminalEnding.LOST, "The server restarted while it was open.")
    assert (await bench.service.get(OWNER, alive)).is_open
    await bench.service.recover(exclusive=True)
    assert not (await bench.service.get(OWNER, alive)).is_open
    assert (await bench.service.get(OWNER, ours.id)).is_open


async def test_the_patrol_renews_leases_and_closes_what_nobody_holds(bench: TerminalBench) -> None:
    record = await bench.open("sleep", "600")
    collection = TerminalSession.get_pymongo_collection()
    found = await collection.find_one_and_update({"_id": record.id}, {"$set": {"lease_until": utcnow()}})
    assert found is not None
    owner = found["owner"]
    forgotten, young = await stored(bench, owner), await stored(bench, owner, age_s=0)
    await bench.service.patrol()
    renewed = await collection.find_one({"_id": record.id})
    assert renewed is not None
    assert renewed["lease_until"] > utcnow() + timedelta(seconds=20)
    assert (await bench.service.get(OWNER, forgotten)).reason == "The server lost track of it."
    assert (await bench.service.get(OWNER, young)).is_open


async def test_what_another_server_took_for_lost_is_ended(bench: TerminalBench) -> None:
    record = await bench.open("sleep", "600")
    await bench.more().recover(exclusive=True)
    async with bench.watch(record) as watcher:
        await bench.service.patrol()
        assert (await watcher.end()).record.reason == "Another server took it for lost."
    found = (await TerminalSession.find_owned(OWNER, [record.id]))[0]
    assert found.ending is TerminalEnding.LOST


async def test_a_shutdown_closes_all_and_says_why(bench: TerminalBench) -> None:
    record = await bench.open()
    bench.service.start()
    async with bench.watch(record) as watcher:
        await bench.service.stop()
        assert (await watcher.end()).record.reason == "The server shut down."
    with pytest.raises(InvalidState, match="shutting down"):
        await bench.open()


async def test_those_that_ended_can_be_read_for_a_while(bench: TerminalBench) -> None:
    for changes in ({"max_lingering": 0}, {"linger_s": 0.0}):
        bench.service = bench.more(replace(bench.limits, **changes))
        record = await bench.open("sh", "-c", "stty -echo; echo set; read go; echo last words")
        async with bench.watch(record) as watcher:
            await watcher.see("set")
            await bench.type(record, "\n")
            await watcher.end()
        assert watcher.shown.endswith(b"last words\r\n")

        async def forgotten(record_id: ObjectId = record.id) -> bool:
            return isinstance(await anext(bench.service.output(OWNER, record_id)), TerminalGap)

        await until(forgotten)
