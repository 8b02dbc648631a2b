"""The providers that the settings make."""

from pathlib import Path

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.provider_parts import create_providers, vendor_tallies
from tests.support.api import settings_for
from tests.support.providers_page import KEYS


async def test_without_a_key_there_is_no_vendor(tmp_path: Path) -> None:
    providers = create_providers(settings_for(tmp_path, "none"))

    assert list(providers) == [SandboxProviderName.LOCAL]
    assert providers[SandboxProviderName.LOCAL].name == "LOCAL"


async def test_sandboxes_need_not_run_on_this_host(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "none", providers={"local_enabled": False})

    assert SandboxProviderName.LOCAL not in create_providers(settings)


async def test_each_vendor_that_is_on_is_a_provider(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "none", providers=KEYS)
    providers = create_providers(settings, vendors=vendor_tallies(settings))

    assert {name: provider.name for name, provider in providers.items()} == {name: name for name in SandboxProviderName}
    for provider in providers.values():
        await provider.close()
