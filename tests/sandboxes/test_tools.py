"""Looking for programs in real sandboxes."""

from pathlib import Path

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds
from aura_gql.sandboxes.records import SandboxLimits
from aura_gql.sandboxes.tools import ToolScout
from tests.support.counted_provider import CountedProvider
from tests.support.sandboxes import sandbox_bench

LOCAL = SandboxProviderName.LOCAL


async def test_it_looks_once_and_takes_no_name_for_a_command(database: Database, tmp_path: Path) -> None:
    provider = CountedProvider(tmp_path / "sandboxes")
    async with sandbox_bench(database, tmp_path, provider=provider) as bench:
        scout = ToolScout(bench.sandboxes.temporary)
        names = ["bash", "no-such-tool", "x;touch x", "-v", "", "a" * 41]
        for _ in range(2):
            assert await scout.look_for(LOCAL, names) == {"bash": True, "no-such-tool": False}
        assert provider.asked == 1
        assert await provider.list() == []


async def test_where_it_can_not_look_it_says_nothing_and_rests(database: Database, tmp_path: Path) -> None:
    provider = CountedProvider(tmp_path / "sandboxes")
    provider.is_away = True
    async with sandbox_bench(database, tmp_path, provider=provider) as bench:
        scout = ToolScout(bench.sandboxes.temporary)
        for name in (LOCAL, LOCAL, SandboxProviderName.E2B):
            assert await scout.look_for(name, ["bash"]) == {}
        assert provider.asked == 1


async def test_it_looks_into_a_machine_of_each_kind(database: Database, tmp_path: Path) -> None:
    provider = CountedProvider(tmp_path / "sandboxes")
    limits = SandboxLimits(providers={LOCAL: ProviderBounds(languages=frozenset({"javascript"}))})
    async with sandbox_bench(database, tmp_path, limits, provider=provider) as bench:
        scout = ToolScout(bench.sandboxes.temporary)
        assert (await scout.look_for(LOCAL, ["npm", "node", "bash", "python3"])).keys() == {
            "npm",
            "node",
            "bash",
            "python3",
        }
        assert set(provider.kinds) == {None, "javascript"}
        assert provider.asked == 2
