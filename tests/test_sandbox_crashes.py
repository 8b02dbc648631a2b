"""A server that is killed at any step of a sandbox's life leaves no machine without a record, no live record without a
machine, and no open books.
"""

import contextlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from tests.support.sandbox_crashes.bare import bare_provider, vendor_at
from tests.support.sandbox_crashes.orders import Order
from tests.support.sandbox_crashes.storm import recovered, storm, wrong_executions, wrong_with
from tests.support.sandboxes import OWNER, sandbox_bench
from tests.support.vendors.daytona.cloud import LoopbackDaytona
from tests.support.vendors.e2b.cloud import LoopbackE2B

LOCAL, E2B, DAYTONA = SandboxProviderName
LIMITS = SandboxLimits(max_per_user=1000, list_lag_s=0.0, lifetime_s=1800, lease_s=600)
# A life has about fifty steps. Clouds that are spoken to over their SDKs take long, so that one has to do for each.
AROUND_CREATION = [random.randrange(9, 13)]
# In the start, while a command runs, and in the restart and the stop.
LOCAL_STEPS = [(1, 20), (20, 35), (35, 51)]


@contextlib.asynccontextmanager
async def on_paper(folder: Path) -> AsyncIterator[str]:
    """The account of a vendor on paper."""
    (folder / "paper").mkdir()
    yield str(folder / "paper")


@contextlib.asynccontextmanager
async def e2b(_: Path) -> AsyncIterator[str]:
    """E2B on loopback."""
    async with LoopbackE2B() as cloud:
        yield f"e2b {cloud.url}"


@contextlib.asynccontextmanager
async def daytona(_: Path) -> AsyncIterator[str]:
    """Daytona on loopback."""
    async with LoopbackDaytona() as cloud:
        yield f"daytona {cloud.api_url}"


@pytest.mark.parametrize(
    ("cloud", "provider", "sdk", "steps"),
    [
        (on_paper, E2B, (), range(random.randrange(1, 10), 56, 9)),
        (e2b, E2B, ("e2b.sandbox_async.main",), AROUND_CREATION),
        (daytona, DAYTONA, ("daytona._async.daytona",), AROUND_CREATION),
    ],
    ids=["paper", "e2b", "daytona"],
)
async def test_at_a_vendor_nothing_is_left_beside_what_another_server_has(
    database: Database,
    mongodb_uri: str,
    tmp_path: Path,
    cloud: Callable[[Path], AbstractAsyncContextManager[str]],
    provider: SandboxProviderName,
    sdk: tuple[str, ...],
    steps: Sequence[int],
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        address = await stack.enter_async_context(cloud(tmp_path))
        others = {provider: bare_provider(vendor_at(address))}
        await others[provider].health()  # Importing an SDK takes its time.
        bench = await stack.enter_async_context(sandbox_bench(database, tmp_path, LIMITS, others=others))
        killing = await stack.enter_async_context(storm(*sdk))
        project_id = await bench.project()
        kept = await bench.running(project_id, wish=SandboxWish(provider))
        wrong: list[str] = []
        for step in steps:
            order = Order(mongodb_uri, database.name, str(tmp_path), str(project_id), step, provider, address)
            death = await killing.life(order)
            await recovered(bench, exclusive=False)
            wrong += await wrong_with(bench, provider, death, kept.id)
        assert wrong == []
        assert (await bench.sandboxes.get(OWNER, kept.id)).status is SandboxStatus.RUNNING


async def test_on_this_host_nothing_is_left_and_what_ran_is_lost(
    database: Database, mongodb_uri: str, tmp_path: Path
) -> None:
    wrong: list[str] = []
    async with storm() as killing:
        for first, last in LOCAL_STEPS:
            async with sandbox_bench(database, tmp_path, LIMITS) as bench:
                project_id, step = await bench.project({"a.txt": b"text"}), random.randrange(first, last)
                death = await killing.life(Order(mongodb_uri, database.name, str(tmp_path), str(project_id), step))
                await recovered(bench, exclusive=True)
                wrong += await wrong_with(bench, LOCAL, death)
                wrong += await wrong_executions()
    assert wrong == []
