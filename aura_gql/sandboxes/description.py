"""Providers in words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.healths import ProviderHealths
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.records import ProviderRecord, SandboxLimits


async def describe_all(
    providers: Mapping[SandboxProviderName, SandboxProvider], healths: ProviderHealths, limits: SandboxLimits
) -> Sequence[ProviderRecord]:
    """Every provider there is, by `describe`."""
    known = [(name, providers.get(name)) for name in SandboxProviderName]
    return await asyncio.gather(*(describe(name, provider, healths, limits) for name, provider in known))


async def describe(
    name: SandboxProviderName, provider: SandboxProvider | None, healths: ProviderHealths, limits: SandboxLimits
) -> ProviderRecord:
    """A provider as this server has it, asked of late; None for one that it has not. Where the server gives sandboxes
    no network at all, what the provider could do there is not told.
    """
    if provider is None:
        return ProviderRecord(name, False, "It is not configured on this server.", None)
    health = await healths.of(name)
    can = provider.capabilities
    return ProviderRecord(
        name,
        health.available,
        health.detail,
        replace(can, network=can.network and limits.network is not None),
        health.circuit,
        is_default=name is limits.default_provider,
        bounds=limits.bounds_of(name),
        lifetime_s=limits.lifetime_of(name),
        max_lifetime_s=limits.longest_of(name),
    )
