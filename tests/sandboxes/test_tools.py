"""Looking for programs in real sandboxes."""

from pathlib import Path

from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.tools import ToolScout
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.sandboxes import sandbox_bench

LOCAL = SandboxProviderName.LOCAL


class CountedProvider(LocalProvider):
    """The local provider, which counts what it is asked to make, and can be away."""

    asked = 0
    is_away = False

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        self.asked += 1
        if self.is_away:
            raise ProviderUnavailable("It is away.")
        return await super().create(spec)


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
