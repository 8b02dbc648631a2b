"""The sandbox providers, wired alike for a server and for the doctor."""

from collections.abc import Mapping

from aura_gql.bounds_sandboxes import local_limits
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.providers.local.egress.proxies import EgressProxies
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.tally import EgressTally, PoolTally, VendorTally
from aura_gql.settings import Settings


def vendor_tallies(settings: Settings) -> dict[SandboxProviderName, VendorTally]:
    """Where what is asked of each vendor that is on will be counted."""
    return {name: VendorTally() for name in settings.providers.enabled if name is not SandboxProviderName.LOCAL}


def create_providers(
    settings: Settings,
    pool: PoolTally | None = None,
    egress: EgressTally | None = None,
    vendors: Mapping[SandboxProviderName, VendorTally] | None = None,
) -> Mapping[SandboxProviderName, SandboxProvider]:
    """The sandbox providers that this server has; `pool` counts what becomes of machines made ahead, `egress` their
    connections to the outside, `vendors` what is asked of those outside.
    """
    providers: dict[SandboxProviderName, SandboxProvider] = {}
    if settings.providers.local_enabled:
        providers[SandboxProviderName.LOCAL] = _local(settings, pool, egress)
    return providers


def _local(settings: Settings, pool: PoolTally | None, egress: EgressTally | None) -> SandboxProvider:
    root = settings.server.data_directory / "sandboxes"
    warm = settings.sandboxes.sandbox_warm_pool
    return LocalProvider(root, local_limits(settings), warm=warm, tally=pool, egress=EgressProxies(egress))
