"""The pages on sandboxes say what the code does."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from aura_gql.bounds_sandboxes import local_limits
from aura_gql.sandboxes.providers.local.descriptors import MAX_DESCRIPTORS
from aura_gql.sandboxes.providers.local.disk import MAX_DEPTH
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from tests.support import sandbox_page, security_page
from tests.support.abuse.cases import CASES
from tests.support.api import settings_for

PAGES = [sandbox_page, security_page]


@pytest.mark.parametrize("page", PAGES, ids=["sandbox", "security"])
def test_the_table_is_that_of_the_code(page: ModuleType) -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert text == page.written(text)
    spoilt = text.replace("| HARD |", "| NONE |").replace("| all |", "| some |")
    assert spoilt != page.written(spoilt)


def test_the_settings_of_the_table_are_those_of_its_limits(tmp_path: Path) -> None:
    before = local_limits(settings_for(tmp_path, "none"))
    for limit, setting in sandbox_page.SETTINGS.items():
        changed = {setting: 2 * getattr(before, limit)}
        assert getattr(local_limits(settings_for(tmp_path, "none", sandboxes=changed)), limit) == changed[setting]


@pytest.mark.parametrize("page", PAGES, ids=["sandbox", "security"])
def test_every_mode_has_a_row(page: ModuleType) -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", page.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [row for row in rows if row in set(IsolationMode)] == [str(mode) for mode in IsolationMode]


def test_the_watchdogs_bounds_are_those_of_the_page() -> None:
    text = sandbox_page.PAGE.read_text(encoding="utf-8")
    assert f"deeper than {MAX_DEPTH} folders" in text
    assert f"{MAX_DESCRIPTORS:,} open descriptors" in text


def test_there_are_as_many_attacks_as_promised() -> None:
    assert sum(len(cases) for cases in CASES.values()) >= 50


def test_every_file_that_the_security_page_names_is_there() -> None:
    root = security_page.PAGE.parents[1]
    names = set(re.findall(r"`((?:inside/)?[a-z_]+\.py)`", security_page.PAGE.read_text(encoding="utf-8")))
    local = "sandboxes/providers/local"
    folders = [root / "aura_gql" / local, root / "tests" / local, root / "tests/sandboxes"]
    assert [name for name in sorted(names) if not any((folder / name).exists() for folder in folders)] == []
