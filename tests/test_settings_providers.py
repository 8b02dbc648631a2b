"""The settings of those who run sandboxes elsewhere."""

import pytest

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.settings import Mode, SettingsError, load_settings

LOCAL, E2B, DAYTONA = SandboxProviderName.LOCAL, SandboxProviderName.E2B, SandboxProviderName.DAYTONA
VENDORS = ("E2B", "DAYTONA")


@pytest.fixture(autouse=True)
def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SANDBOX_PROVIDER", "LOCAL_ENABLED", *(f"{v}_{word}" for v in VENDORS for word in WORDS)):
        monkeypatch.delenv(name, raising=False)


WORDS = ("API_KEY", "ENABLED", "PRICE_MICROCENTS_PER_S")


@pytest.mark.parametrize(
    ("variables", "enabled"),
    [
        ({}, [LOCAL]),
        ({"E2B_API_KEY": "k"}, [LOCAL, E2B]),
        ({"E2B_API_KEY": "k", "E2B_ENABLED": "false", "DAYTONA_API_KEY": "k"}, [LOCAL, DAYTONA]),
        ({"E2B_API_KEY": "k", "E2B_ENABLED": "true", "LOCAL_ENABLED": "0", "SANDBOX_PROVIDER": "E2B"}, [E2B]),
    ],
)
def test_a_key_is_enough_unless_its_provider_is_off(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], enabled: list[SandboxProviderName]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert load_settings(Mode.DEVELOPMENT, None).providers.enabled == enabled


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"E2B_ENABLED": "true"}, "E2B_API_KEY: is required beside E2B_ENABLED."),
        ({"DAYTONA_ENABLED": "1", "DAYTONA_API_KEY": ""}, "DAYTONA_API_KEY: is required beside DAYTONA_ENABLED."),
        ({"SANDBOX_PROVIDER": "E2B"}, "SANDBOX_PROVIDER: E2B is not on; sandboxes are run by: LOCAL."),
        ({"LOCAL_ENABLED": "0"}, "SANDBOX_PROVIDER: LOCAL is not on; sandboxes are run by: nobody."),
    ],
)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], problem: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(Mode.DEVELOPMENT, None)
    assert str(caught.value).splitlines() == [problem]


def test_keys_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E2B_API_KEY", "e2b_secret")
    monkeypatch.setenv("DAYTONA_API_KEY", "dtn_secret")
    settings = load_settings(Mode.DEVELOPMENT, None)

    assert settings.providers.e2b_api_key is not None
    assert settings.providers.e2b_api_key.get_secret_value() == "e2b_secret"
    assert "secret" not in repr(settings.providers)
