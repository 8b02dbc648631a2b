"""The command line goes before the settings."""

from pathlib import Path

import pytest

from aura_gql.commands.overrides import with_overrides
from aura_gql.settings import Mode, load_settings


def test_what_is_given_wins_and_the_rest_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOST", "10.0.0.1")
    monkeypatch.setenv("PORT", "81")
    settings = with_overrides(load_settings(Mode.DEVELOPMENT, None), port=0)
    assert (settings.server.host, settings.server.port) == ("10.0.0.1", 0)
    assert settings.server.data_directory == tmp_path / ".aura"


def test_the_data_folder_is_absolute_and_holds_the_blobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = with_overrides(load_settings(Mode.DEVELOPMENT, None), data_directory=Path("here"))
    assert settings.server.data_directory == tmp_path / "here"
    assert settings.blob_directory == tmp_path / "here" / "blobs"
