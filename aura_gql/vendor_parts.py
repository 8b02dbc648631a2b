"""The vendors of machines whose keys the settings have."""

from collections.abc import Callable, Mapping

from pydantic import SecretStr

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.daytona.vendor import DaytonaVendor
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.settings import Settings, SettingsError
from aura_gql.settings_providers import ProviderSettings


def create_vendors(settings: Settings) -> dict[SandboxProviderName, Vendor]:
    """Those that are on. No connection is made, and no SDK is loaded. SettingsError where an SDK is not installed."""
    enabled = settings.providers.enabled
    return {name: _create(name, make, settings.providers) for name, make in _MAKERS.items() if name in enabled}


def _create(
    name: SandboxProviderName, make: Callable[[ProviderSettings], Vendor], settings: ProviderSettings
) -> Vendor:
    try:
        return make(settings)
    except ModuleNotFoundError as error:
        raise SettingsError(f"{name}_API_KEY: needs the extra `{name.lower()}` of this package.") from error


def _e2b(settings: ProviderSettings) -> Vendor:
    client = E2BClient(
        _text(settings.e2b_api_key),
        domain=settings.e2b_domain,
        api_url=settings.e2b_api_url,
        sandbox_url=settings.e2b_sandbox_url,
    )
    return E2BVendor(client, max_lifetime_s=settings.e2b_max_lifetime_s)


def _daytona(settings: ProviderSettings) -> Vendor:
    client = DaytonaClient(_text(settings.daytona_api_key), settings.daytona_api_url, settings.daytona_target)
    return DaytonaVendor(client, can_pause=settings.daytona_can_pause, max_lifetime_s=settings.daytona_max_lifetime_s)


def _text(key: SecretStr | None) -> str:
    """The settings see to it that one that is on has a key."""
    return key.get_secret_value() if key else ""


_MAKERS: Mapping[SandboxProviderName, Callable[[ProviderSettings], Vendor]] = {
    SandboxProviderName.E2B: _e2b,
    SandboxProviderName.DAYTONA: _daytona,
}
