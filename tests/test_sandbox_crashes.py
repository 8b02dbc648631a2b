"""A server that is killed at any step of a sandbox's life leaves no machine without a record, no live record without a
machine, and no open books.
"""

import random
from pathlib import Path

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from tests.support.sandbox_crashes.bare import bare_provider
from tests.support.sandbox_crashes.orders import Order
from tests.support.sandbox_crashes.storm import recovered, storm, wrong_executions, wrong_with
from tests.support.sandboxes import OWNER, sandbox_bench
from tests.support.vendors.remote import ENVIRONMENT

LOCAL, E2B, _ = SandboxProviderName
LIMITS = SandboxLimits(max_per_user=1000, list_lag_s=0.0)
# Of about fifty steps every so many are tried, from another one on each time.
STRIDE = 7
# In the start, while a command runs, and in the restart and the stop.
LOCAL_STEPS = [(1, 20), (20, 35), (35, 51)]


async def test_at_a_vendor_nothing_is_left_beside_what_another_server_has(
    database: Database, mongodb_uri: str, tmp_path: Path
) -> None:
    account = tmp_path / "paper"
    account.mkdir()
    provider, _ = bare_provider(account, ENVIRONMENT)
    async with sandbox_bench(database, tmp_path, LIMITS, others={E2B: provider}) as bench, storm() as killing:
        project_id = await bench.project()
        kept = await bench.sandboxes.create(OWNER, project_id, SandboxWish(E2B))
        await bench.reached(kept.id, SandboxStatus.RUNNING)
        wrong: list[str] = []
        step, death = random.randrange(1, STRIDE + 1), None
        while death is None or death.step is not None:
            order = Order(mongodb_uri, database.name, str(tmp_path), str(project_id), step)
            death = await killing.life(order)
            await recovered(bench, exclusive=False)
            wrong += await wrong_with(bench, E2B, death, kept.id)
            step += STRIDE
        assert wrong == []
        assert step > 40


async def test_on_this_host_nothing_is_left_and_what_ran_is_lost(
    database: Database, mongodb_uri: str, tmp_path: Path
) -> None:
    wrong: list[str] = []
    async with storm() as killing:
        for first, last in LOCAL_STEPS:
            step = random.randrange(first, last)
            async with sandbox_bench(database, tmp_path, LIMITS) as bench:
                project_id = await bench.project({"a.txt": b"text"})
                order = Order(mongodb_uri, database.name, str(tmp_path), str(project_id), step, runs=True)
                death = await killing.life(order)
                await recovered(bench, exclusive=True)
                wrong += await wrong_with(bench, LOCAL, death)
                wrong += await wrong_executions()
    assert wrong == []
