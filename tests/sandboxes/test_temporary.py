"""Machines of no project."""

from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import Unsupported
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ANYTHING
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import SandboxLimits
from tests.support.processes import shell
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench


async def fail_in_a_trial(bench: SandboxBench) -> None:
    async with bench.sandboxes.temporary.trial(SandboxProviderName.LOCAL) as machine:
        assert (await shell(machine, "ls -A")).stdout == b""
        raise ZeroDivisionError


async def test_a_trial_is_gone_behind_the_block_whatever_happens_in_it(bench: SandboxBench) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail_in_a_trial(bench)
    assert list(await bench.provider.list()) == []
    assert await bench.database["sandbox_sessions"].count_documents({}) == 0


async def test_a_trial_needs_a_provider(bench: SandboxBench) -> None:
    with pytest.raises(Unsupported):
        async with bench.sandboxes.temporary.trial(SandboxProviderName.DAYTONA):
            raise AssertionError


async def test_who_names_nobody_gets_the_one_that_the_operator_chose(database: Database, tmp_path: Path) -> None:
    limits = SandboxLimits(default_provider=SandboxProviderName.E2B)
    others = {SandboxProviderName.E2B: LocalProvider(tmp_path / "e2b", modes=[])}
    async with sandbox_bench(database, tmp_path, limits, others=others) as bench:
        record = await bench.sandboxes.temporary.launch(ObjectId(), OWNER, ANYTHING)
        assert record.provider is SandboxProviderName.E2B
        assert bench.sandboxes.temporary.default_provider is SandboxProviderName.E2B
