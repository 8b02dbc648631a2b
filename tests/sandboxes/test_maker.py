"""What a provider is asked, and when."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.records import SandboxStatus
from aura_gql.sandboxes.values import SandboxSize, SandboxSpec
from tests.support.sandboxes import OWNER, sandbox_bench
from tests.support.waiting import until


class Listening(LocalProvider):
    """Remembers what it was asked for, and asserts that nothing is while it removes orphans."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: list[SandboxSpec] = []
        self.is_removing = False
        self.may_remove = asyncio.Event()

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        """Asked while it removes, it fails."""
        assert not self.is_removing
        self.asked.append(spec)
        return await super().create(spec)

    async def remove_orphans(self, keep: Iterable[str]) -> Sequence[str]:
        """Once it may."""
        self.is_removing = True
        await self.may_remove.wait()
        removed = await super().remove_orphans(keep)
        self.is_removing = False
        return removed


async def test_it_is_told_what_was_wished_and_nothing_while_it_is_swept(database: Database, tmp_path: Path) -> None:
    provider = Listening(tmp_path / "sandboxes")
    async with sandbox_bench(database, tmp_path, provider=provider) as bench:
        sweep = bench.sandboxes.reaper.sweeper.soon()
        await until(lambda: provider.is_removing)
        wish = SandboxWish(size=SandboxSize.MEDIUM, language="go")
        record = await bench.sandboxes.create(OWNER, await bench.project(), wish)
        await until(lambda: bool(bench.sandboxes._maker.gates[SandboxProviderName.LOCAL]._waiters))
        provider.may_remove.set()
        await bench.reached(record.id, SandboxStatus.RUNNING)
        await sweep
        [spec] = provider.asked
        assert (spec.sandbox_id, spec.project_id) == (str(record.id), str(record.project_id))
        assert (spec.lives_until, spec.size, spec.language) == (record.expires_at, SandboxSize.MEDIUM, "go")
        assert record.wanted_provider is SandboxProviderName.LOCAL
