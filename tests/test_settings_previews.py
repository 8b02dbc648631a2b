"""The settings of previews."""

from pathlib import Path

import pytest

from aura_gql import bounds
from aura_gql.settings import Mode, SettingsError, load_settings
from aura_gql.settings_previews import PreviewSettings
from tests.support.api import settings_for

TOKEN = "a" * 32


@pytest.mark.parametrize(
    "url", ["https://{token}.preview.example.com", "http://{token}.a:8080/", "https://{token}.xn--a-b.example"]
)
def test_takes_urls_with_a_place_for_the_token(url: str) -> None:
    assert PreviewSettings(preview_public_url=url).preview_public_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["https://preview.example.com", "https://a.{token}.b", "{token}.b", "https://{token}.b/c", "https://{token}"]
)
def test_refuses_others(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PREVIEW_PUBLIC_URL", url)
    with pytest.raises(SettingsError, match="PREVIEW_PUBLIC_URL: should be a URL"):
        load_settings(Mode.DEVELOPMENT, None)


def test_development_has_previews_and_production_where_it_is_told_a_port() -> None:
    settings = load_settings(Mode.DEVELOPMENT, None)
    assert settings.preview_port == 0
    production = settings.model_copy(update={"mode": Mode.PRODUCTION})
    assert production.preview_port is None
    told = production.model_copy(update={"previews": PreviewSettings(preview_port=8001)})
    assert told.preview_port == 8001


def test_addresses_follow_from_the_settings(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "aura", previews={"preview_domain": "preview.test"})
    assert bounds.preview_addresses(settings, None) is None
    addresses = bounds.preview_addresses(settings, 8001)
    assert addresses is not None
    assert addresses.url_of(TOKEN) == f"http://{TOKEN}.preview.test:8001/"
    settings = settings_for(tmp_path, "aura", previews={"preview_public_url": "https://{token}.a.example"})
    addresses = bounds.preview_addresses(settings, 8001)
    assert addresses is not None
    assert addresses.url_of(TOKEN) == f"https://{TOKEN}.a.example/"
    assert bounds.proxy_bounds(settings).cookie_prefix == "better-auth"
