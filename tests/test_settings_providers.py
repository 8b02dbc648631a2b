"""The settings of those who run sandboxes elsewhere."""

import pytest

from aura_gql.settings import Mode, load_settings


def test_keys_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E2B_API_KEY", "e2b_secret")
    monkeypatch.setenv("DAYTONA_API_KEY", "dtn_secret")
    settings = load_settings(Mode.DEVELOPMENT, None)

    assert settings.providers.e2b_api_key is not None
    assert settings.providers.e2b_api_key.get_secret_value() == "e2b_secret"
    assert "secret" not in repr(settings.providers)
