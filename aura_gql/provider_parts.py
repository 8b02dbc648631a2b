"""The sandbox providers, wired alike for a server and for the doctor."""

from collections.abc import Mapping

from aura_gql.bounds_sandboxes import environment_label, local_limits, provider_images
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.providers.local.egress.proxies import EgressProxies
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.providers.remote.sandbox import assemble
from aura_gql.sandboxes.tally import EgressTally, PoolTally, VendorTally
from aura_gql.settings import Settings
from aura_gql.vendor_parts import create_vendors


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
    connections to the outside, `vendors` what is asked of those outside. No connection is made, and no vendor's SDK is
    loaded. SettingsError where one is not installed.
    """
    providers: dict[SandboxProviderName, SandboxProvider] = {}
    if settings.providers.local_enabled:
        providers[SandboxProviderName.LOCAL] = create_local(settings, pool, egress)
    for name, vendor in create_vendors(settings).items():
        images = provider_images(settings, name)
        tally = None if vendors is None else vendors[name]
        providers[name] = RemoteProvider(vendor, environment_label(settings), assemble, images=images, tally=tally)
    return providers


def create_local(
    settings: Settings, pool: PoolTally | None = None, egress: EgressTally | None = None
) -> SandboxProvider:
    """That of this host."""
    root = settings.server.data_directory / "sandboxes"
    warm = settings.sandboxes.sandbox_warm_pool
    return LocalProvider(root, local_limits(settings), warm=warm, tally=pool, egress=EgressProxies(egress))
