"""What providers have and what is recorded are brought together, whatever a provider does."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from aura_gql.sandboxes.values import ProviderSandbox, SandboxSpec
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench

NO_LAG = SandboxLimits(list_lag_s=0.0)


async def test_a_machine_that_no_record_wants_is_removed_by_any_server(bench: SandboxBench) -> None:
    record = await bench.running()
    other = bench.more()
    for server in (bench.sandboxes, other):
        orphan = await bench.provider.create(SandboxSpec(sandbox_id="orphan", project_id="none"))
        await server.reaper.sweeper.remove_orphans()
        await asyncio.wait_for(orphan.wait_gone(), 60)
    assert (await bench.sandboxes.attach(record.id)).provider_sandbox_id == record.provider_sandbox_id


async def test_a_record_ends_whose_machine_two_lists_in_a_row_lack(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sandbox_bench(database, tmp_path, NO_LAG) as bench:
        sweeper = bench.sandboxes.reaper.sweeper
        lost, kept = await bench.running(), await bench.running()
        whole = await bench.provider.list()
        part = [machine for machine in whole if machine.sandbox_id != str(lost.id)]
        lists = iter([part, whole, part, part])

        async def forgetful() -> Sequence[ProviderSandbox]:
            return next(lists)

        monkeypatch.setattr(bench.provider, "list", forgetful)
        for _ in range(3):
            await sweeper.end_lost()
            assert (await bench.sandboxes.get(OWNER, lost.id)).status is SandboxStatus.RUNNING
        await sweeper.end_lost()
        ended = await bench.sandboxes.get(OWNER, lost.id)
        assert ended.status is SandboxStatus.ERROR
        assert ended.status_reason == "Its provider does not know the machine any more."
        assert (await bench.sandboxes.get(OWNER, kept.id)).status is SandboxStatus.RUNNING


async def test_a_new_machine_may_be_missing_from_lists(bench: SandboxBench, monkeypatch: pytest.MonkeyPatch) -> None:
    record = await bench.running()

    async def forgetful() -> Sequence[ProviderSandbox]:
        return []

    monkeypatch.setattr(bench.provider, "list", forgetful)
    for _ in range(3):
        await bench.sandboxes.reaper.sweeper.end_lost()
    assert (await bench.sandboxes.get(OWNER, record.id)).status is SandboxStatus.RUNNING


async def test_a_provider_that_hangs_keeps_none_of_the_others(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = LocalProvider(tmp_path / "hanging")
    limits = replace(NO_LAG, sweep_timeout_s=1.0)

    async def never(*_: object) -> Sequence[str]:
        hangs: asyncio.Future[Sequence[str]] = asyncio.get_running_loop().create_future()
        return await hangs

    monkeypatch.setattr(hanging, "remove_orphans", never)
    others = {SandboxProviderName.E2B: hanging}
    async with sandbox_bench(database, tmp_path, limits, others=others) as bench:
        orphan = await bench.provider.create(SandboxSpec(sandbox_id="orphan", project_id="none"))
        with capture_logs() as logs:
            sweep = bench.sandboxes.reaper.sweeper.soon()
            await asyncio.wait_for(orphan.wait_gone(), 60)
            await bench.running()
            await sweep
        failed = [(log["provider"], log["reason"]) for log in logs if log["event"] == "sandbox.sweep_failed"]
        assert failed == [("E2B", "It took too long.")]
