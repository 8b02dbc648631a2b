"""The settings of the network of sandboxes."""

from pathlib import Path

import pytest

from aura_gql import bounds_sandboxes as bounds
from aura_gql.kernel.host_rules import HostRule
from aura_gql.settings import Mode, SettingsError, load_settings
from aura_gql.settings_egress import EgressSettings
from tests.support.api import settings_for


def test_there_is_no_network_by_default(tmp_path: Path) -> None:
    assert bounds.egress_policy(settings_for(tmp_path, "x")) is None
    assert bounds.sandbox_limits(settings_for(tmp_path, "x")).network is None


def test_each_setting_allows_its_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_EGRESS_HOSTS", "A.example, *.b.example:8080")
    monkeypatch.setenv("SANDBOX_NPM_REGISTRY", "https://npm.example/")
    monkeypatch.setenv("SANDBOX_PIP_INDEX", "http://pip.lan:3141/root/simple/")
    monkeypatch.setenv("SANDBOX_EGRESS_PRIVATE_HOSTS", "pip.lan:3141")
    monkeypatch.setenv("SANDBOX_EGRESS_MAX_BYTES", "1000")
    policy = bounds.egress_policy(load_settings(Mode.DEVELOPMENT, None))
    assert policy is not None
    assert (policy.npm_registry, policy.pip_index) == ("https://npm.example", "http://pip.lan:3141/root/simple")
    assert policy.private_hosts == (HostRule("pip.lan", 3141),)
    assert policy.max_bytes == 1000
    assert policy.allows("a.example", 443)
    assert policy.allows("x.b.example", 8080)
    assert policy.allows("npm.example", 443)
    assert policy.allows("pip.lan", 3141)
    assert not policy.allows("npm.example", 8080)
    assert not policy.allows_private("npm.example", 443)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_EGRESS_HOSTS", "*"),
        ("SANDBOX_EGRESS_HOSTS", "a.example,https://b.example"),
        ("SANDBOX_EGRESS_PRIVATE_HOSTS", "registry.lan"),
        ("SANDBOX_EGRESS_PRIVATE_HOSTS", "*.lan:80"),
        ("SANDBOX_EGRESS_PRIVATE_HOSTS", "10.0.0.0/8:80"),
        ("SANDBOX_NPM_REGISTRY", "https://user:secret@npm.example"),
        ("SANDBOX_NPM_REGISTRY", "npm.example"),
        ("SANDBOX_PIP_INDEX", "https://pip.example/simple?token=secret"),
    ],
)
def test_refuses_others(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}: should") as error:
        load_settings(Mode.DEVELOPMENT, None)
    assert "secret" not in str(error.value)


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in EgressSettings.model_fields.values())
