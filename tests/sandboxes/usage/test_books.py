"""Each machine is in the books once, with its true end, whatever became of the server that had it made."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId

from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds, SandboxWish
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.usage.records import SandboxUsage
from aura_gql.sandboxes.values import SandboxSize, SandboxSpec
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench
from tests.support.waiting import until

LOCAL, E2B, _ = SandboxProviderName
PRICED = SandboxLimits(
    max_per_user=50, list_lag_s=0.0, providers={LOCAL: ProviderBounds(prices={SandboxSize.SMALL: 1400})}
)
Row = Mapping[str, Any]


class Forgetful(LocalProvider):
    """Makes a machine and loses the answer, as a vendor does."""

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        """The machine is there all the same."""
        await super().create(spec)
        raise ProviderUnavailable("The answer was lost.")


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> AsyncIterator[SandboxBench]:
    """A server that charges for its sandboxes."""
    async with sandbox_bench(database, tmp_path, PRICED) as bench:
        yield bench


async def rows(bench: SandboxBench, record: SandboxRecord) -> Sequence[Row]:
    """What the books have of a sandbox, the oldest first."""
    found = bench.database["sandbox_usage_analytics"].find({"sandbox_id": record.id})
    return await found.sort("opened_at").to_list()


async def began(bench: SandboxBench, record: SandboxRecord, seconds_ago: float) -> None:
    """As if its open machine had begun so long ago, and had been seen half as long ago."""
    now = utcnow()
    earlier = {name: now - timedelta(seconds=seconds_ago) for name in ("opened_at", "started_at")}
    values = earlier | {"seen_at": now - timedelta(seconds=seconds_ago / 2)}
    found = {"sandbox_id": record.id, "open": True}
    await bench.database["sandbox_usage_analytics"].update_one(found, {"$set": values})


async def test_a_machine_is_counted_until_it_is_stopped_and_one_after_it_beside_it(bench: SandboxBench) -> None:
    record = await bench.running()
    [row] = await rows(bench, record)
    assert (row["open"], row["provider"], row["size"], row["user_id"]) == (True, "LOCAL", "SMALL", OWNER)
    assert row["opened_at"] <= row["started_at"]
    await began(bench, record, 99.5)
    usage = bench.sandboxes.usage
    assert await usage.of(OWNER, [record.id, ObjectId()]) == {record.id: SandboxUsage(50, 50 * 1400)}
    await bench.sandboxes.reaper.patrol()
    assert await usage.of(OWNER, [record.id]) == {record.id: SandboxUsage(100, 100 * 1400)}
    assert await usage.of("somebody else", [record.id]) == {}

    await bench.sandboxes.renewal.restart(OWNER, record.id)
    await bench.reached(record.id, SandboxStatus.RUNNING)
    first, second = await rows(bench, record)
    assert (first["open"], first["seconds"], first["cost_microcents"]) == (False, 100, 100 * 1400)
    assert (second["open"], second["seconds"]) == (True, 0)

    await began(bench, record, 10.5)
    await bench.sandboxes.stop(OWNER, record.id)
    assert (await usage.of(OWNER, [record.id]))[record.id] == SandboxUsage(111, 111 * 1400)
    for row in await rows(bench, record):
        await usage.close(row["_id"])
    await bench.sandboxes.remove_project(record.project_id)
    assert (await usage.of(OWNER, [record.id]))[record.id] == SandboxUsage(111, 111 * 1400)


async def test_a_machine_that_goes_by_itself_ends_then(bench: SandboxBench) -> None:
    record = await bench.running()
    await began(bench, record, 9.5)
    machine = await bench.sandboxes.attach(record.id)
    await machine.stop()
    await bench.reached(record.id, SandboxStatus.ERROR)

    async def closed() -> bool:
        return not (await rows(bench, record))[0]["open"]

    await until(closed)
    assert (await rows(bench, record))[0]["seconds"] == 10


async def test_what_a_dead_server_had_ended_when_it_was_last_seen(bench: SandboxBench) -> None:
    record, other = await bench.running(), await bench.running()
    # The one machine has died with its server, the other runs on, as those of vendors do.
    live = bench.sandboxes._registry.pop(record.id)
    assert live is not None
    await live.machine.stop()
    await began(bench, record, 19.5)
    await began(bench, other, 19.5)
    successors = [bench.more(), bench.more()]
    await successors[0].reaper.recover(exclusive=True)
    await asyncio.gather(*(server.reaper.sweeper.remove_orphans() for server in successors))
    [dead], [orphan] = await rows(bench, record), await rows(bench, other)
    assert (dead["open"], dead["seconds"], dead["ended_at"]) == (False, 10, dead["seen_at"])
    assert (orphan["open"], orphan["seconds"], orphan["cost_microcents"]) == (False, 20, 20 * 1400)


async def test_only_what_may_have_been_made_is_looked_for(database: Database, tmp_path: Path) -> None:
    others = {E2B: Forgetful(tmp_path / "forgetful")}
    full = LocalProvider(tmp_path / "sandboxes", LocalLimits(max_sandboxes=0))
    async with sandbox_bench(database, tmp_path, PRICED, provider=full, others=others) as bench:
        project_id = await bench.project()
        refused = await bench.sandboxes.create(OWNER, project_id)
        doubtful = await bench.sandboxes.create(OWNER, project_id, SandboxWish(E2B))
        for record in (refused, doubtful):
            await bench.reached(record.id, SandboxStatus.ERROR)
        [closed], [opened] = await rows(bench, refused), await rows(bench, doubtful)
        assert (closed["open"], closed["seconds"], closed["started_at"]) == (False, 0, None)
        assert (opened["open"], opened["started_at"]) == (True, None)

        [machine] = await others[E2B].list()
        await bench.sandboxes.reaper.sweeper.remove_orphans()
        [counted] = await rows(bench, doubtful)
        assert not counted["open"]
        assert abs(counted["started_at"] - machine.created_at) < timedelta(milliseconds=1)
        assert counted["started_at"] > counted["opened_at"]
        assert counted["seconds"] > 0
        assert await others[E2B].list() == []


async def test_what_a_list_does_not_have_yet_stays_open_for_a_while(bench: SandboxBench) -> None:
    record = await bench.running()
    use = (await bench.sandboxes.usage.left(LOCAL, []))[0]
    patient = type(bench.sandboxes.usage)("owner", replace(PRICED, list_lag_s=60.0))
    await patient.settle([use], [], [])
    assert (await rows(bench, record))[0]["open"]
    await patient.settle([use], await bench.provider.list(), [])
    assert (await rows(bench, record))[0]["open"]
    await bench.sandboxes.usage.settle([use], [], [])
    assert not (await rows(bench, record))[0]["open"]


async def test_all_that_is_asked_of_the_books_and_of_quotas_has_an_index(bench: SandboxBench) -> None:
    books, sessions = bench.database["sandbox_usage_analytics"], bench.database["sandbox_sessions"]
    asked = [
        books.find({"provider": "LOCAL", "sandbox_id": {"$nin": [ObjectId()]}, "open": True}).sort("opened_at", -1),
        books.find({"sandbox_id": {"$in": [ObjectId()]}, "user_id": OWNER}),
        sessions.find({"status": {"$in": ["RUNNING", "STARTING"]}, "provider": "LOCAL"}),
        sessions.find({"status": {"$in": ["RUNNING", "STARTING"]}, "provider": "LOCAL", "owner": "here"}),
    ]
    for query in asked:
        plan = str((await query.explain())["queryPlanner"]["winningPlan"])
        assert "COLLSCAN" not in plan
        assert "SORT" not in plan
