"""Providers in words."""

from dataclasses import replace
from pathlib import Path

from aura_gql.kernel.host_rules import HostRule
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds
from aura_gql.sandboxes.description import describe
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.healths import ProviderHealths
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.records import ProviderRecord, SandboxLimits

LIMITS = SandboxLimits(
    providers={SandboxProviderName.LOCAL: ProviderBounds(max_sessions=7, lifetime_s=60, max_lifetime_s=90)}
)
NETWORKED = replace(LIMITS, network=EgressPolicy((HostRule("example.com"),)))


async def describe_broken(folder: Path, limits: SandboxLimits) -> ProviderRecord:
    provider = LocalProvider(folder, modes=[])
    return await describe(
        SandboxProviderName.LOCAL, provider, ProviderHealths({SandboxProviderName.LOCAL: provider}), limits
    )


async def test_what_is_missing_and_what_fails_is_told(tmp_path: Path) -> None:
    missing = await describe(SandboxProviderName.E2B, None, ProviderHealths({}), LIMITS)
    assert (missing.available, missing.capabilities) == (False, None)
    broken = await describe_broken(tmp_path, LIMITS)
    assert not broken.available
    assert "isolation" in broken.detail
    assert broken.capabilities is not None
    assert not broken.capabilities.network
    allowed = await describe_broken(tmp_path, NETWORKED)
    assert allowed.capabilities is not None
    assert allowed.capabilities.network


async def test_bounds_and_the_default_are_told(tmp_path: Path) -> None:
    record = await describe_broken(tmp_path, LIMITS)

    assert (record.is_default, record.bounds.max_sessions) == (True, 7)
    assert (record.lifetime_s, record.max_lifetime_s) == (60, 90)
