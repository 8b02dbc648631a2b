"""The vendors that the settings make."""

import subprocess
import sys
from pathlib import Path

import pytest

from aura_gql.settings import SettingsError
from aura_gql.vendor_parts import create_vendors
from tests.support.api import settings_for
from tests.support.providers_page import KEYS

_LOADED = """
import sys
from pathlib import Path
from aura_gql.vendor_parts import create_vendors
from tests.support.api import settings_for
from tests.support.providers_page import KEYS
print(*create_vendors(settings_for(Path("unused"), "none", providers=KEYS)), *({"e2b", "daytona"} & set(sys.modules)))
"""


def test_each_that_is_on_is_made(tmp_path: Path) -> None:
    assert create_vendors(settings_for(tmp_path, "none")) == {}
    both = create_vendors(settings_for(tmp_path, "none", providers=KEYS))
    assert {name: vendor.name for name, vendor in both.items()} == {"E2B": "E2B", "DAYTONA": "DAYTONA"}


@pytest.mark.parametrize("name", ["e2b", "daytona"])
def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SettingsError, match=f"{name.upper()}_API_KEY: needs the extra `{name}`"):
        create_vendors(settings_for(tmp_path, "none", providers=KEYS))


def test_no_sdk_is_loaded_for_that() -> None:
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["E2B", "DAYTONA"]
