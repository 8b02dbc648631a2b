"""Providers in words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.records import ProviderRecord


async def describe_all(
    providers: Mapping[SandboxProviderName, SandboxProvider], *, has_network: bool
) -> Sequence[ProviderRecord]:
    """Every provider there is, by `describe`."""
    known = [(name, providers.get(name)) for name in SandboxProviderName]
    return await asyncio.gather(*(describe(name, provider, has_network=has_network) for name, provider in known))


async def describe(
    name: SandboxProviderName, provider: SandboxProvider | None, *, has_network: bool = False
) -> ProviderRecord:
    """A provider as this server has it, asked now; None for one that it has not. `has_network` says whether the server
    gives its sandboxes any, without which what the provider could do there is not told.
    """
    if provider is None:
        return ProviderRecord(name, False, "It is not configured on this server.", None)
    health = await provider.health()
    can = provider.capabilities
    capabilities = replace(can, network=can.network and has_network)
    return ProviderRecord(name, health.available, health.detail, capabilities, health.circuit)
