"""The settings of templates and of GitHub."""

import pytest

from aura_gql.settings import Mode, SettingsError, load_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEMPLATE_REPOSITORY", "stackblitz"),
        ("TEMPLATE_REPOSITORY", "stackblitz/starters/tree"),
        ("TEMPLATE_REPOSITORY", "../starters"),
        ("TEMPLATE_REF", "main?x=y"),
        ("TEMPLATE_REF", "/main"),
        ("TEMPLATE_SYNC_INTERVAL_S", "-1"),
        ("GITHUB_API_URL", "api.github.com"),
    ],
)
def test_what_would_ask_for_something_else_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: ") as refused:
        load_settings(Mode.DEVELOPMENT, None)
    assert value not in str(refused.value)


def test_a_token_is_told_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_something")
    assert "ghp_something" not in repr(load_settings(Mode.DEVELOPMENT, None).templates)
