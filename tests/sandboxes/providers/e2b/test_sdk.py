"""The SDK is loaded late, and told everything."""

import subprocess
import sys

import pytest

from aura_gql.sandboxes.providers.e2b import sdk
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient


def test_it_is_not_loaded_with_its_adapter() -> None:
    script = (
        "import sys, aura_gql.sandboxes.providers.e2b.vendor; sys.exit('e2b' in sys.modules or 'httpx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def test_the_vendors_cloud_is_meant_unless_another_is_named() -> None:
    assert E2BClient("key").options["api_url"] == "https://api.e2b.app"
    assert E2BClient("key", domain="example.com").options["api_url"] == "https://api.example.com"
    options = E2BClient("key", api_url="http://127.0.0.1:1", request_s=3).options
    assert (options["api_url"], options["debug"], options["retries"]) == ("http://127.0.0.1:1", False, 0)
    assert options["request_timeout"] == 3


def test_a_missing_package_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError) as raised:
        E2BClient("key")
    assert raised.value.name == "e2b"
