"""Where the mongod program is found."""

import os
import sys
from pathlib import Path

import pytest

from aura_gql.infra.mongod_binary import EmbeddedMongodError, find_mongod


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A world without any mongod, whose site-packages and PATH are the folder returned."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    for name in [name for name in sys.modules if name.partition(".")[0] == "fiftyone"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_the_chosen_one_goes_first(nothing: Path) -> None:
    chosen = program(nothing / "elsewhere" / "mongod")
    program(nothing / "mongod")
    assert find_mongod(chosen, nothing) == chosen


@pytest.mark.parametrize("kind", ["missing", "folder", "not executable"])
def test_a_bad_choice_is_refused_by_name(nothing: Path, kind: str) -> None:
    chosen = nothing / "elsewhere"
    if kind == "folder":
        chosen.mkdir()
    if kind == "not executable":
        program(chosen, 0o644)
    with pytest.raises(EmbeddedMongodError, match="AURA_MONGOD"):
        find_mongod(chosen, nothing)


def test_the_wheel_s_is_made_executable(nothing: Path) -> None:
    bundled = program(nothing / "fiftyone" / "db" / "bin" / "mongod", 0o644)
    program(nothing / "mongod")
    assert find_mongod(None, nothing) == bundled
    assert os.access(bundled, os.X_OK)


def test_without_the_wheel_the_one_on_path(nothing: Path) -> None:
    on_path = program(nothing / "mongod")
    assert find_mongod(None, nothing) == on_path


def test_without_any_the_error_says_what_to_do(nothing: Path) -> None:
    with pytest.raises(EmbeddedMongodError, match="Set DATABASE_URL"):
        find_mongod(None, nothing)
