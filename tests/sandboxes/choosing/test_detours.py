"""A sandbox starts at another provider where its owner allowed that, and the record says why."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds, SandboxWish
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import SandboxLimits, SandboxStatus
from aura_gql.sandboxes.values import SandboxSize, SandboxSpec
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench

LOCAL, E2B, DAYTONA = SandboxProviderName
LIMITS = SandboxLimits(max_per_user=50, providers={LOCAL: ProviderBounds(lifetime_s=77)})


class Doubtful(LocalProvider):
    """Fails in the middle of making a machine, and keeps what it was asked for."""

    asked: SandboxSpec | None = None

    async def create(self, spec: SandboxSpec) -> Sandbox:  # type: ignore[override]
        """Nobody knows whether one was made."""
        self.asked = spec
        raise ProviderUnavailable("The answer was lost.")


@pytest.fixture
async def crowded(database: Database, tmp_path: Path) -> AsyncIterator[SandboxBench]:
    """A server whose E2B can't isolate and whose DAYTONA is full."""
    full = LocalProvider(tmp_path / "full", LocalLimits(max_sandboxes=0))
    others = {E2B: LocalProvider(tmp_path / "broken", modes=[]), DAYTONA: full}
    async with sandbox_bench(database, tmp_path, LIMITS, others=others) as bench:
        yield bench


async def test_one_that_is_not_there_and_one_that_is_full_are_passed_over(crowded: SandboxBench) -> None:
    wish = SandboxWish(E2B, SandboxSize.LARGE, fallback=(DAYTONA, LOCAL))
    record = await crowded.sandboxes.create(OWNER, await crowded.project(), wish)
    running = await crowded.reached(record.id, SandboxStatus.RUNNING)
    assert (record.provider, running.provider, running.wanted_provider) == (E2B, LOCAL, E2B)
    assert (running.size, running.fallback) == (SandboxSize.LARGE, ())
    assert running.detour
    assert "isolat" in running.detour
    assert running.detour.endswith("This host runs at most 0 sandboxes at a time.")
    assert (running.expires_at - running.created_at).total_seconds() == 77


async def test_nor_is_one_taken_that_the_operator_allows_no_more(crowded: SandboxBench) -> None:
    bounded = replace(LIMITS, providers={DAYTONA: ProviderBounds(max_sessions=0)})
    crowded.limits = bounded
    wish = SandboxWish(E2B, fallback=(DAYTONA, LOCAL))
    record = await crowded.more().create(OWNER, await crowded.project(), wish)
    running = await crowded.reached(record.id, SandboxStatus.RUNNING)
    assert running.provider is LOCAL
    assert running.detour
    assert "DAYTONA has as many live sandboxes as this server's operator allows it" in running.detour
    assert await SandboxSession.live_ids(DAYTONA) == []


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (SandboxWish(E2B), "isolat"),
        (SandboxWish(DAYTONA), "at most 0 sandboxes"),
        (SandboxWish(E2B, fallback=(DAYTONA,)), "at most 0 sandboxes"),
    ],
)
async def test_nobody_is_sent_elsewhere_unasked(crowded: SandboxBench, wish: SandboxWish, reason: str) -> None:
    record = await crowded.sandboxes.create(OWNER, await crowded.project(), wish)
    ended = await crowded.reached(record.id, SandboxStatus.ERROR)
    assert ended.status_reason
    assert reason in ended.status_reason


async def test_where_a_machine_may_have_been_made_no_other_provider_is_tried(
    database: Database, tmp_path: Path
) -> None:
    doubtful = Doubtful(tmp_path / "doubtful")
    async with sandbox_bench(database, tmp_path, LIMITS, others={E2B: doubtful}) as bench:
        record = await bench.sandboxes.create(OWNER, await bench.project(), SandboxWish(E2B, fallback=(LOCAL,)))
        ended = await bench.reached(record.id, SandboxStatus.ERROR)
        assert (ended.provider, ended.status_reason, ended.detour) == (E2B, "The answer was lost.", None)
        assert await bench.provider.list() == []
