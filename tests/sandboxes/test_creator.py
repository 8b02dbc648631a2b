"""Quotas hold though many ask at once, and refuse without a trace."""

import asyncio
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.kernel.page import PageRequest
from aura_gql.sandboxes.errors import SandboxQuotaExceeded
from aura_gql.sandboxes.records import SandboxFilter, SandboxLimits, SandboxRecord
from tests.support.sandboxes import OWNER, sandbox_bench


async def test_of_many_at_once_as_many_as_the_limit_succeed(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path, SandboxLimits(max_per_user=2)) as bench:
        project_id = await bench.project()
        results = await asyncio.gather(
            *(bench.sandboxes.create(OWNER, project_id, idempotency_key=f"k{number}") for number in range(6)),
            return_exceptions=True,
        )
        made = [result for result in results if isinstance(result, SandboxRecord)]
        refused = [result for result in results if isinstance(result, SandboxQuotaExceeded)]
        assert (len(made), len(refused)) == (2, 4)
        assert refused[0].message == "You may have 2 live sandboxes; stop one first."
        page = await bench.sandboxes.list(OWNER, SandboxFilter(), PageRequest())
        assert {record.id for record in page.items} == {record.id for record in made}
        await bench.sandboxes.stop(OWNER, made[0].id)
        retried = next(number for number, result in enumerate(results) if result in refused)
        again = await bench.sandboxes.create(OWNER, project_id, idempotency_key=f"k{retried}")
        assert again.is_live


async def test_the_host_has_a_limit_of_its_own(database: Database, tmp_path: Path) -> None:
    async with sandbox_bench(database, tmp_path, SandboxLimits(max_per_host=1)) as bench:
        await bench.running(owner="a")
        with pytest.raises(SandboxQuotaExceeded) as caught:
            await bench.running(owner="b")
        assert caught.value.details == {"limit": 1}


async def test_the_same_call_in_two_servers_is_refused_for_the_quota_in_both(
    database: Database, tmp_path: Path
) -> None:
    async with sandbox_bench(database, tmp_path, SandboxLimits(max_per_user=1)) as bench:
        project_id = await bench.project()
        await bench.running(project_id)
        servers = [bench.sandboxes, bench.more(), bench.more()]
        for turn in range(10):
            results = await asyncio.gather(
                *(server.create(OWNER, project_id, idempotency_key=f"key {turn}") for server in servers * 2),
                return_exceptions=True,
            )
            assert {type(result) for result in results} == {SandboxQuotaExceeded}
