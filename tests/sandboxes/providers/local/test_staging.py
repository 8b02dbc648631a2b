"""All files or none, whatever goes wrong in the midst."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import SandboxQuotaExceeded, UnsafePath
from aura_gql.sandboxes.providers.local import staging as staging_module
from aura_gql.sandboxes.providers.local.beneath import Beneath
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.local.staging import STAGE_PREFIX, Staging
from aura_gql.sandboxes.values import SandboxFile

FULL_DEVICE = "/dev/full"
KILLED = """
import os, signal, sys
from pathlib import Path
from aura_gql.sandboxes.providers.local import staging
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.values import SandboxFile
real, moves = staging.rename_new, []
def rename(*names):
    moves.append(names)
    if len(moves) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    real(*names)
staging.rename_new = rename
ProjectFolder(Path(sys.argv[1]), None).write_all([SandboxFile(str(n), b"whole") for n in range(5)])
"""


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_full_disk_leaves_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open = os.open

    def fill(path: str, flags: int, *rest: int, **more: int) -> int:
        if path == "2" and flags & os.O_CREAT:
            return real_open(FULL_DEVICE, os.O_WRONLY)
        return real_open(path, flags, *rest, **more)

    (tmp_path / "a").write_bytes(b"old")
    files = [SandboxFile(name, b"new") for name in ("a", "deep/b", "c")]
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", fill)
        patch.setattr(os, "fchmod", lambda *_: None)
        with pytest.raises(SandboxQuotaExceeded):
            ProjectFolder(tmp_path, None).write_all(files)
    assert os.listdir(tmp_path) == ["a"]
    assert files_of(tmp_path) == {"a": b"old"}


def test_what_was_replaced_comes_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "z").mkdir()
    noted: list[str] = []
    with Staging(Beneath(tmp_path, None), noted.append) as staging:
        staging.folder("made/here")
        for name in ("a", "new/b", "z"):
            staging.write(name, b"new", executable=False)
        with pytest.raises(UnsafePath):
            staging.commit()
    assert sorted(os.listdir(tmp_path)) == ["a", "z"]
    assert files_of(tmp_path) == {"a": b"old"}
    assert noted == []


def test_a_link_planted_after_the_look_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "target").symlink_to("/etc/passwd")
    with pytest.raises(UnsafePath):
        ProjectFolder(tmp_path, None).write_all([SandboxFile("target", b"x")])
    assert os.readlink(tmp_path / "target") == "/etc/passwd"

    def always_taken(*_: object) -> None:
        raise FileExistsError

    def always_gone(*_: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(staging_module, "rename_new", always_taken)
    monkeypatch.setattr(staging_module, "exchange", always_gone)
    with pytest.raises(UnsafePath, match="too fast"):
        ProjectFolder(tmp_path, None).write_all([SandboxFile("other", b"x")])


def test_a_kill_in_the_midst_leaves_whole_files_and_what_a_sweep_finds(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = [name for name in os.listdir(tmp_path) if name.startswith(STAGE_PREFIX)]
    assert len(left) == 1
    visible = {path: data for path, data in files_of(tmp_path).items() if not path.startswith(STAGE_PREFIX)}
    assert visible == {"0": b"whole", "1": b"whole"}
    remove_tree(tmp_path)
    assert not tmp_path.exists()
