"""Starts that fail say why and leave nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.errors import SandboxNotRunning
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from tests.support.sandbox_crashes.bare import bare_provider
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench
from tests.support.vendors.fault_matrix import ERRORS, Fault
from tests.support.vendors.paper import PaperVendor
from tests.support.waiting import until

E2B = SandboxProviderName.E2B


def machines(bench: SandboxBench) -> list[str]:
    """The folders of machines on the disk."""
    folder = bench.folder / "sandboxes"
    return [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")] if folder.is_dir() else []


async def test_a_start_that_takes_too_long_is_an_error(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path, SandboxLimits(start_timeout_s=0.0)) as bench:
        record = await bench.sandboxes.create(OWNER, await bench.project())
        ended = await bench.reached(record.id, SandboxStatus.ERROR)
        assert ended.status_reason == "The sandbox did not start within 0 seconds."
        await until(lambda: not machines(bench))


async def test_a_project_whose_bytes_are_gone_is_an_error_that_tells_no_secret(bench: SandboxBench) -> None:
    project_id = await bench.project({"a.txt": b"bytes"})
    await bench.database["project_files"].update_many({}, {"$set": {"sha256": "0" * 64}})
    record = await bench.sandboxes.create(OWNER, project_id)
    ended = await bench.reached(record.id, SandboxStatus.ERROR)
    assert ended.status_reason
    assert "internal" not in ended.status_reason
    assert str(bench.folder) not in ended.status_reason
    await until(lambda: not machines(bench))


async def test_a_host_that_can_not_isolate_says_so(database: Database, tmp_path: Path) -> None:
    provider = LocalProvider(tmp_path / "sandboxes", modes=[])
    async with sandbox_bench(database, tmp_path, provider=provider) as bench:
        record = await bench.sandboxes.create(OWNER, await bench.project())
        ended = await bench.reached(record.id, SandboxStatus.ERROR)
        assert ended.status_reason
        assert "isolat" in ended.status_reason
        with pytest.raises(SandboxNotRunning, match="isolat"):
            await bench.sandboxes.start_for_project(OWNER, await bench.project(), SandboxProviderName.LOCAL)


@pytest.fixture
async def paper(database: Database, tmp_path: Path) -> AsyncIterator[tuple[SandboxBench, PaperVendor]]:
    """A server and its vendor, whose machines are paper."""
    account = tmp_path / "paper"
    account.mkdir()
    vendor = PaperVendor(account)
    provider = bare_provider(cast(Vendor, vendor))
    async with sandbox_bench(database, tmp_path, SandboxLimits(max_per_user=50), others={E2B: provider}) as bench:
        yield bench, vendor


@pytest.mark.parametrize("fault", [Fault.KEY_REFUSED, Fault.FULL, Fault.BUSY, Fault.REFUSED])
async def test_a_vendor_that_makes_no_machine_is_an_error_in_words(
    paper: tuple[SandboxBench, PaperVendor], fault: Fault
) -> None:
    bench, vendor = paper
    error = ERRORS[fault]()
    vendor.moods.before["create"].append(error)
    record = await bench.sandboxes.create(OWNER, await bench.project(), SandboxWish(E2B))
    ended = await bench.reached(record.id, SandboxStatus.ERROR)
    assert ended.status_reason
    assert "key" not in ended.status_reason
    assert vendor.all() == []
    [row] = await bench.database["sandbox_usage_analytics"].find({}).to_list()
    assert (row["open"], row["seconds"]) == (False, 0)


async def test_a_machine_whose_making_was_not_heard_of_is_the_sandboxs(
    paper: tuple[SandboxBench, PaperVendor],
) -> None:
    bench, vendor = paper
    vendor.moods.after["create"].append(ERRORS[Fault.LOST]())
    record = await bench.sandboxes.create(OWNER, await bench.project(), SandboxWish(E2B))
    running = await bench.reached(record.id, SandboxStatus.RUNNING)
    assert [machine.machine_id for machine in vendor.all()] == [running.provider_sandbox_id]

    vendor.end(str(record.id))
    ended = await bench.reached(record.id, SandboxStatus.ERROR)
    assert ended.status_reason == "PAPER ended it, or does not know it any more."

    async def is_closed() -> bool:
        return await bench.database["sandbox_usage_analytics"].count_documents({"open": True}) == 0

    await until(is_closed)


async def test_a_stop_while_a_vendor_makes_a_machine_leaves_none(paper: tuple[SandboxBench, PaperVendor]) -> None:
    bench, vendor = paper
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        asked.set()
        await may_answer.wait()

    vendor.moods.steps["create:after"] = slow
    record = await bench.sandboxes.create(OWNER, await bench.project(), SandboxWish(E2B))
    await asked.wait()
    assert len(vendor.all()) == 1
    await bench.sandboxes.stop(OWNER, record.id)
    await bench.reached(record.id, SandboxStatus.STOPPED)
    may_answer.set()
    await until(lambda: vendor.all() == [])


async def test_a_vendor_that_lets_a_machine_live_no_longer_is_asked_once(
    paper: tuple[SandboxBench, PaperVendor],
) -> None:
    bench, vendor = paper
    vendor.longest = timedelta(hours=5)
    record = await bench.running(await bench.project(), wish=SandboxWish(E2B))
    for _ in range(3):
        await bench.sandboxes.renewal.extend(OWNER, record.id, 3600)
    asked = vendor.asked.count("extend")
    for _ in range(3):
        await bench.sandboxes.reaper.patrol()
    assert not bench.sandboxes._starter._prolonging
    assert vendor.asked.count("extend") == asked


async def test_a_machine_that_ends_while_it_is_to_be_replaced_is_noticed(
    paper: tuple[SandboxBench, PaperVendor],
) -> None:
    bench, vendor = paper
    record = await bench.sandboxes.create(OWNER, await bench.project(), SandboxWish(E2B))
    await bench.reached(record.id, SandboxStatus.RUNNING)
    live = bench.sandboxes._registry.get(record.id)
    assert live is not None
    live.was_used = True
    # As another server asks for it, which leaves it to this one's next patrol.
    await bench.sandboxes._lifecycle.advance(record.id, SandboxStatus.STARTING, only_from=[SandboxStatus.RUNNING])
    vendor.end(str(record.id))
    await live.machine.wait_gone()
    await bench.sandboxes.reaper.patrol()
    ended = await bench.reached(record.id, SandboxStatus.ERROR)
    assert ended.status_reason == "PAPER ended it, or does not know it any more."
