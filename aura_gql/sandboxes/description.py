"""Providers in words."""

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.records import ProviderRecord


async def describe(name: SandboxProviderName, provider: SandboxProvider | None) -> ProviderRecord:
    """A provider as this server has it, asked now; None for one that it has not."""
    if provider is None:
        return ProviderRecord(name, False, "It is not configured on this server.", None)
    health = await provider.health()
    return ProviderRecord(name, health.available, health.detail, provider.capabilities)
