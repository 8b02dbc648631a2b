"""The sandbox providers, wired alike for a server and for the doctor."""

from collections.abc import Mapping

from aura_gql.bounds_sandboxes import local_limits
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.providers.local.egress.proxies import EgressProxies
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.tally import EgressTally, PoolTally
from aura_gql.settings import Settings


def create_providers(
    settings: Settings, pool: PoolTally | None = None, egress: EgressTally | None = None
) -> Mapping[SandboxProviderName, SandboxProvider]:
    """The sandbox providers that this server has; `pool` counts what becomes of machines made ahead, `egress` their
    connections to the outside.
    """
    if not settings.providers.local_enabled:
        return {}
    root = settings.server.data_directory / "sandboxes"
    warm = settings.sandboxes.sandbox_warm_pool
    limits, proxies = local_limits(settings), EgressProxies(egress)
    return {SandboxProviderName.LOCAL: LocalProvider(root, limits, warm=warm, tally=pool, egress=proxies)}
