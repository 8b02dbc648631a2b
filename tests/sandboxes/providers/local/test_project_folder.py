"""The host's hand in the project folder; what code inside can do about it is in the contract."""

import os
import stat
from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import SandboxGone, UnsafePath
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.values import SandboxFile


def test_files_get_modes_and_an_owner(tmp_path: Path) -> None:
    owner = 12345 if os.geteuid() == 0 else None
    folder = ProjectFolder(tmp_path, owner)
    folder.write_all([SandboxFile("a/b/run", b"x", executable=True)])
    folder.write_all([SandboxFile("a/b/plain", b"y")])
    assert stat.S_IMODE((tmp_path / "a/b/run").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "a/b/plain").stat().st_mode) == 0o644
    expected = os.geteuid() if owner is None else owner
    for path in ("a", "a/b", "a/b/run", "a/b/plain"):
        assert (tmp_path / path).stat().st_uid == expected
    assert sorted(os.listdir(tmp_path / "a/b")) == ["plain", "run"]


def test_a_reader_sees_the_old_or_the_new(tmp_path: Path) -> None:
    folder = ProjectFolder(tmp_path, None)
    folder.write_all([SandboxFile("file", b"old")])
    with (tmp_path / "file").open("rb") as before:
        folder.write_all([SandboxFile("file", b"new")])
        assert before.read() == b"old"
    assert folder.read("file", 3) == b"new"


def test_leaves_no_descriptor_and_no_temporary_file(tmp_path: Path) -> None:
    folder = ProjectFolder(tmp_path, None)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    before = len(os.listdir("/proc/self/fd"))
    for attempt in (
        lambda: folder.write_all([SandboxFile("folder", b"")]),
        lambda: folder.read("fifo", 10),
        lambda: folder.read("folder", 10),
        lambda: folder.write_all([SandboxFile("fifo/below", b"")]),
        lambda: folder.remove("folder"),
    ):
        with pytest.raises(UnsafePath):
            attempt()
    assert len(os.listdir("/proc/self/fd")) == before
    assert sorted(os.listdir(tmp_path)) == ["fifo", "folder"]


def test_a_folder_that_has_gone(tmp_path: Path) -> None:
    with pytest.raises(SandboxGone):
        ProjectFolder(tmp_path / "missing", None).read("x", 1)
