"""A server that is killed at any step of a sandbox's life leaves no machine without a record, no live record without a
machine, and no open books.
"""

import contextlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from tests.support.sandbox_crashes.bare import bare_provider, vendor_at
from tests.support.sandbox_crashes.orders import Order
from tests.support.sandbox_crashes.storm import Storm, recovered, storm, wrong_executions, wrong_with
from tests.support.sandboxes import OWNER, sandbox_bench
from tests.support.vendors.daytona.cloud import LoopbackDaytona
from tests.support.vendors.e2b.cloud import LoopbackE2B

LOCAL, E2B, DAYTONA = SandboxProviderName
LIMITS = SandboxLimits(max_per_user=1000, list_lag_s=0.0, lifetime_s=1800, lease_s=600)


@dataclass(frozen=True)
class Cloud:
    """Where machines are: `opened` gives its address, for a folder. `sdk` is the module that speaks to it."""

    provider: SandboxProviderName
    opened: Callable[[Path], AbstractAsyncContextManager[str]]
    sdk: str


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


PAPER = Cloud(E2B, on_paper, "json")
CLOUDS = [Cloud(E2B, e2b, "e2b.sandbox_async.main"), Cloud(DAYTONA, daytona, "daytona._async.daytona")]
# A life has about fifty steps. Clouds that are spoken to over their SDKs take long: one life each time, in one of them,
# and in the slower one more seldom.
SPOKEN_TO = random.choices(CLOUDS, weights=[4, 1])[0]
AROUND_CREATION = [random.randrange(9, 13)]
ON_PAPER = range(random.randrange(1, 12), 52, 11)
# While a command runs, and in the start, the restart or the stop.
ON_THIS_HOST = [random.randrange(20, 35), random.choice([*range(1, 20), *range(35, 51)])]


async def test_nothing_is_left_and_what_ran_is_lost(database: Database, mongodb_uri: str, tmp_path: Path) -> None:
    async with storm(SPOKEN_TO.sdk) as killing:
        for cloud, steps in [(PAPER, ON_PAPER), (SPOKEN_TO, AROUND_CREATION)]:
            order = Order(mongodb_uri, database.name, str(tmp_path), "", 0, cloud.provider)
            assert await beside_another_server(database, killing, cloud, order, steps) == []
        assert await on_this_host(database, killing, Order(mongodb_uri, database.name, str(tmp_path), "", 0)) == []


async def beside_another_server(
    database: Database, killing: Storm, cloud: Cloud, order: Order, steps: Sequence[int]
) -> list[str]:
    """What is wrong once servers were killed at a cloud, in which another server has a sandbox."""
    folder, wrong = Path(order.folder), list[str]()
    await database["sandbox_usage_analytics"].delete_many({})
    async with cloud.opened(folder) as address:
        others = {cloud.provider: bare_provider(vendor_at(address))}
        await others[cloud.provider].health()  # Importing an SDK takes its time.
        async with sandbox_bench(database, folder, LIMITS, others=others) as bench:
            project_id = await bench.project()
            kept = await bench.running(project_id, wish=SandboxWish(cloud.provider))
            for step in steps:
                death = await killing.life(replace(order, project=str(project_id), step=step, address=address))
                await recovered(bench, exclusive=False)
                wrong += await wrong_with(bench, cloud.provider, death, kept.id)
            assert (await bench.sandboxes.get(OWNER, kept.id)).status is SandboxStatus.RUNNING
    return wrong


async def on_this_host(database: Database, killing: Storm, order: Order) -> list[str]:
    """What is wrong once servers were killed that had machines of their own, in which a command ran."""
    wrong: list[str] = []
    await database["sandbox_usage_analytics"].delete_many({})
    for step in ON_THIS_HOST:
        async with sandbox_bench(database, Path(order.folder), LIMITS) as bench:
            project_id = await bench.project({"a.txt": b"text"})
            death = await killing.life(replace(order, project=str(project_id), step=step))
            await recovered(bench, exclusive=True)
            wrong += await wrong_with(bench, LOCAL, death)
            wrong += await wrong_executions()
    return wrong
