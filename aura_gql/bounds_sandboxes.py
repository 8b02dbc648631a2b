"""The bounds of sandboxes and of what runs in them, as the settings give them."""

import hashlib
import re
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from aura_gql.executions.records import ExecutionLimits
from aura_gql.kernel.host_rules import HostRule, split_host
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import ProviderBounds, SizeOffer
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.remote.images import MachineImages
from aura_gql.sandboxes.records import SandboxLimits
from aura_gql.sandboxes.values import SandboxSize
from aura_gql.settings import Settings
from aura_gql.settings_types import SizePrice
from aura_gql.terminals.records import TerminalLimits

_MIB = 1024 * 1024


def sandbox_limits(settings: Settings) -> SandboxLimits:
    """Of sandboxes, whoever provides them."""
    sandboxes = settings.sandboxes
    return SandboxLimits(
        max_per_user=sandboxes.max_sandboxes_per_user,
        max_per_host=sandboxes.max_sandboxes_per_host,
        idle_timeout_s=sandboxes.sandbox_idle_timeout_s,
        lifetime_s=sandboxes.sandbox_lifetime_s,
        save_timeout_s=sandboxes.sandbox_save_timeout_s,
        save_patience_s=sandboxes.sandbox_save_patience_s,
        max_lifetime_s=sandboxes.sandbox_max_lifetime_s,
        output_bytes=settings.executions.execution_max_output_bytes,
        network=egress_policy(settings),
        default_provider=settings.providers.sandbox_provider,
        providers=provider_bounds(settings),
    )


def provider_bounds(settings: Settings) -> dict[SandboxProviderName, ProviderBounds]:
    """Of each provider alone."""
    providers, sandboxes = settings.providers, settings.sandboxes
    here = SizeOffer(cpus=sandboxes.sandbox_cpus, memory_bytes=sandboxes.sandbox_memory_bytes)
    return {
        SandboxProviderName.LOCAL: ProviderBounds(
            prices=_prices(providers.local_price_microcents_per_s), sizes=dict.fromkeys(SandboxSize, here)
        ),
        SandboxProviderName.E2B: ProviderBounds(
            max_sessions=providers.e2b_max_sessions,
            lifetime_s=providers.e2b_lifetime_s,
            max_lifetime_s=_with_time_to_save(providers.e2b_max_lifetime_s),
            prices=_prices(providers.e2b_price_microcents_per_s),
            sizes=_sizes(provider_images(settings, SandboxProviderName.E2B)),
            languages=provider_images(settings, SandboxProviderName.E2B).languages,
        ),
        SandboxProviderName.DAYTONA: ProviderBounds(
            max_sessions=providers.daytona_max_sessions,
            lifetime_s=providers.daytona_lifetime_s,
            max_lifetime_s=_with_time_to_save(providers.daytona_max_lifetime_s),
            prices=_prices(providers.daytona_price_microcents_per_s),
            sizes=_sizes(provider_images(settings, SandboxProviderName.DAYTONA)),
            languages=provider_images(settings, SandboxProviderName.DAYTONA).languages,
        ),
    }


def _with_time_to_save(vendors_s: int) -> float:
    """A sandbox ends somewhat before its vendor would end the machine, so that its files are saved by then."""
    return max(vendors_s - 120, vendors_s / 2)


def _prices(prices: Sequence[SizePrice]) -> dict[SandboxSize, int]:
    return {SandboxSize[price.size.upper()]: price.microcents for price in prices}


def _sizes(images: MachineImages) -> dict[SandboxSize, SizeOffer]:
    return {size: SizeOffer(image=images.choose(None, size)) for size in SandboxSize}


def provider_images(settings: Settings, name: SandboxProviderName) -> MachineImages:
    """What a vendor's machines are made from."""
    providers = settings.providers
    words = providers.e2b_templates if name is SandboxProviderName.E2B else providers.daytona_snapshots
    return MachineImages(dict(words))


def environment_label(settings: Settings) -> str:
    """What tells the machines of this server, and of others on its database, from all others of a vendor's account."""
    chosen = settings.providers.sandbox_environment
    if chosen is not None:
        return chosen
    url = settings.database.database_url
    if url is None:  # The embedded database is where its folder is, on a port that differs from start to start.
        place = f"{socket.gethostname()} {settings.server.data_directory.resolve()}"
    else:
        hosts = urlsplit(url.get_secret_value()).netloc.rpartition("@")[2]
        place = ",".join(sorted(hosts.lower().split(",")))
    digest = hashlib.sha256(f"{place} {settings.database.mongodb_db_name}".encode()).hexdigest()
    words = re.sub(r"[^a-z0-9]+", "-", settings.environment.lower()).strip("-")
    return f"{words[:40] or 'aura'}-{digest[:8]}"


def egress_policy(settings: Settings) -> EgressPolicy | None:
    """Of what code in sandboxes reaches; None for nothing."""
    egress = settings.egress
    registries = [url for url in (egress.sandbox_npm_registry, egress.sandbox_pip_index) if url is not None]
    hosts = [HostRule.parse(text) for text in egress.sandbox_egress_hosts] + [_host_of(url) for url in registries]
    private_hosts = [HostRule.parse(text) for text in egress.sandbox_egress_private_hosts]
    if not hosts and not private_hosts:
        return None
    return EgressPolicy(
        tuple(hosts),
        tuple(private_hosts),
        npm_registry=egress.sandbox_npm_registry,
        pip_index=egress.sandbox_pip_index,
        max_bytes=egress.sandbox_egress_max_bytes,
    )


def _host_of(url: str) -> HostRule:
    """The host of a registry, on its own port alone."""
    parts = urlsplit(url)
    host, port = split_host(parts.netloc)
    return HostRule(host, port or {"http": 80, "https": 443}[parts.scheme])


def local_limits(settings: Settings) -> LocalLimits:
    """Of one local sandbox, and of all on this host."""
    sandboxes = settings.sandboxes
    memory = sandboxes.sandbox_memory_bytes
    return LocalLimits(
        memory_bytes=memory,
        processes=sandboxes.sandbox_max_processes,
        cpus=sandboxes.sandbox_cpus,
        # Both are kept in memory, so they leave room for programs in it.
        tmp_bytes=min(128 * _MIB, memory // 4),
        shm_bytes=min(64 * _MIB, memory // 8),
        disk_bytes=sandboxes.sandbox_disk_bytes,
        disk_files=sandboxes.sandbox_max_files,
        open_files=sandboxes.sandbox_open_files,
        max_sandboxes=sandboxes.max_sandboxes_per_host,
    )


def terminal_limits(settings: Settings) -> TerminalLimits:
    """Of terminals."""
    terminals = settings.terminals
    return TerminalLimits(
        max_per_sandbox=terminals.max_terminals_per_sandbox,
        max_per_user=terminals.max_terminals_per_user,
        scrollback_bytes=terminals.terminal_scrollback_bytes,
        activity_interval_s=min(30.0, settings.sandboxes.sandbox_idle_timeout_s / 4),
        max_lingering=16 * _MIB // terminals.terminal_scrollback_bytes,
    )


def execution_limits(settings: Settings) -> ExecutionLimits:
    """Of one execution."""
    executions = settings.executions
    return ExecutionLimits(
        default_timeout_ms=executions.execution_timeout_ms,
        max_timeout_ms=executions.execution_max_timeout_ms,
        output_limit=executions.execution_max_output_bytes,
        output_ttl_s=executions.execution_output_retention_days * 24 * 3600,
    )
