"""The folder of `aura-gql dev`."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aura_gql.commands.data_folder import DataFolder
from aura_gql.commands.errors import CommandError

URL = "http://127.0.0.1:8000"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_for_its_user_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "new" / "aura")
    with folder.claim(URL), folder.published("mongodb://127.0.0.1:1/aura", "secret"):
        assert mode(folder.path) == 0o700
        assert mode(folder.path / "mongodb.uri") == 0o600
        assert mode(folder.path / "auth.secret") == 0o600


def test_a_folder_that_others_may_read_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with DataFolder(tmp_path).claim(URL):
        assert mode(tmp_path) == 0o700


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    tmp_path.chmod(0o755)
    with pytest.raises(CommandError, match="files that are not ours"), DataFolder(tmp_path).claim(URL):
        pass
    assert mode(tmp_path) == 0o755


def test_the_second_to_come_learns_who_was_first(tmp_path: Path) -> None:
    expected = rf"using {tmp_path} \(pid {os.getpid()}, at http://127.0.0.1:8000\)"
    with DataFolder(tmp_path).claim(URL):
        with pytest.raises(CommandError, match=expected), DataFolder(tmp_path).claim("http://127.0.0.1:9000"):
            pass
        with pytest.raises(CommandError, match=expected), DataFolder(tmp_path).claim("http://127.0.0.1:9000"):
            pass


def test_it_is_free_again_afterwards_and_after_a_crash(tmp_path: Path) -> None:
    with DataFolder(tmp_path).claim(URL):
        pass
    crash = (
        "import os, sys, pathlib; from aura_gql.commands.data_folder import DataFolder\n"
        "folder = DataFolder(pathlib.Path(sys.argv[1]))\n"
        "with folder.claim('http://x'), folder.published('mongodb://x', 'kept'): os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", crash, tmp_path], check=False, timeout=60)
    assert killed.returncode == -9
    folder = DataFolder(tmp_path)
    assert (tmp_path / "mongodb.uri").exists()
    assert not folder.is_claimed()
    with pytest.raises(CommandError, match="no aura-gql dev is running"):
        folder.connection()
    with folder.claim(URL):
        assert folder.secret() == "kept"


def test_what_is_published_lasts_as_long_as_the_server(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.claim(URL):
        with pytest.raises(CommandError, match="no aura-gql dev is running"):
            folder.connection()
        with folder.published("mongodb://127.0.0.1:1/aura", "a secret"):
            assert DataFolder(tmp_path).connection() == ("mongodb://127.0.0.1:1/aura", "a secret")
        assert not (tmp_path / "mongodb.uri").exists()
        assert (tmp_path / "auth.secret").exists()


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.claim(URL):
        first = folder.secret()
        with folder.published("mongodb://x", first):
            assert folder.secret() == first
    assert len(first) == 43
    assert DataFolder(tmp_path).secret() == first
    assert DataFolder(tmp_path / "other").secret() != first


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = DataFolder(tmp_path / "file" / "aura")
    with pytest.raises(CommandError, match=r"can't use the data folder .*: Not a directory"), folder.claim(URL):
        pass
