"""Providers in words."""

from pathlib import Path

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.description import describe
from aura_gql.sandboxes.providers.local.provider import LocalProvider


async def test_what_is_missing_and_what_fails_is_told(tmp_path: Path) -> None:
    missing = await describe(SandboxProviderName.E2B, None)
    assert (missing.available, missing.capabilities) == (False, None)
    broken = await describe(SandboxProviderName.LOCAL, LocalProvider(tmp_path, modes=[]))
    assert not broken.available
    assert "isolation" in broken.detail
    assert broken.capabilities is not None
    assert not broken.capabilities.network
    allowed = await describe(SandboxProviderName.LOCAL, LocalProvider(tmp_path, modes=[]), has_network=True)
    assert allowed.capabilities is not None
    assert allowed.capabilities.network
