"""Room for a sandbox is counted by provider, over all servers."""

import asyncio
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds, SandboxWish
from aura_gql.sandboxes.errors import ProviderFull
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord, SandboxStatus
from tests.support.sandboxes import OWNER, sandbox_bench

LOCAL, E2B, _ = SandboxProviderName
TWO = SandboxLimits(max_per_user=50, max_per_host=1, providers={E2B: ProviderBounds(max_sessions=2, lifetime_s=60)})
FULL = "E2B has as many live sandboxes as this server's operator allows it; try again later."


async def test_a_provider_has_room_for_so_many_on_all_servers(database: Database, tmp_path: Path) -> None:
    others = {E2B: LocalProvider(tmp_path / "e2b", modes=[])}
    async with sandbox_bench(database, tmp_path, TWO, others=others) as bench:
        project_id = await bench.project()
        # What ends at once makes room again, so they are held before they start.
        servers = [bench.sandboxes, bench.more()]
        for server in servers:
            await server._maker.gates[E2B].acquire()
        calls = (servers[turn % 2].create(OWNER, project_id, SandboxWish(E2B)) for turn in range(6))
        results = await asyncio.gather(*calls, return_exceptions=True)
        made = [result for result in results if isinstance(result, SandboxRecord)]
        refused = [result for result in results if isinstance(result, ProviderFull)]
        assert len(made) <= 2
        assert len(made) + len(refused) == 6
        assert {(error.message, error.details["limit"]) for error in refused} == {(FULL, 2)}
        for record in made:
            assert (record.expires_at - record.created_at).total_seconds() == 60
        while len(made) < 2:
            made.append(await bench.sandboxes.create(OWNER, project_id, SandboxWish(E2B)))

        # The host's own bound counts what this host runs, and who allows another provider is sent there.
        local = await bench.running(project_id)
        await bench.sandboxes.stop(OWNER, local.id)
        turned = await bench.sandboxes.create(OWNER, project_id, SandboxWish(E2B, fallback=(LOCAL,)), "key")
        running = await bench.reached(turned.id, SandboxStatus.RUNNING)
        assert (running.provider, running.wanted_provider, running.detour) == (LOCAL, E2B, FULL)
        again = await bench.sandboxes.create(OWNER, project_id, SandboxWish(E2B, fallback=(LOCAL,)), "key")
        assert again == running
        with pytest.raises(ProviderFull, match="This server has as many"):
            await bench.sandboxes.create(OWNER, project_id, SandboxWish(E2B, fallback=(LOCAL,)))
        for server in servers:
            server._maker.gates[E2B].release()
