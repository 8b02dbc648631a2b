"""A stream of files into a project folder."""

import os
from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import UnsafePath
from aura_gql.sandboxes.providers.local.intake import take_in
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.inside.incoming import IncomingFiles
from aura_gql.sandboxes.providers.remote.wire.file_stream import BadStream, encoded_files
from aura_gql.sandboxes.values import SandboxFile
from tests.support.tars import in_pieces

FILES = [
    SandboxFile("a", b"new"),
    SandboxFile("deep/run", b"#!", executable=True),
    SandboxFile("large", bytes(range(256)) * 1_000),
]
STREAM = b"".join(encoded_files(FILES))


async def write(folder: Path, stream: bytes) -> None:
    staging = ProjectFolder(folder, None).staging()
    await take_in(staging, IncomingFiles(staging), in_pieces(stream, 5_000))


async def test_writes_all(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    await write(tmp_path, STREAM)
    for file in FILES:
        assert (tmp_path / file.path).read_bytes() == file.data
        assert os.access(tmp_path / file.path, os.X_OK) is file.executable
    assert sorted(os.listdir(tmp_path)) == ["a", "deep", "large"]


@pytest.mark.parametrize("kept", [0, 20, 6_000, len(STREAM) - 1])
async def test_writes_nothing_of_a_stream_that_is_cut_off(tmp_path: Path, kept: int) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(BadStream):
        await write(tmp_path, STREAM[:kept])
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


@pytest.mark.parametrize("path", ["../up", "/etc/x", "trap", "trap/below", "folder"])
async def test_writes_nothing_where_one_is_unsafe(tmp_path: Path, path: str) -> None:
    (tmp_path / "trap").symlink_to("/etc")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnsafePath):
        await write(tmp_path, b"".join(encoded_files([*FILES, SandboxFile(path, b"")])))
    assert sorted(os.listdir(tmp_path)) == ["folder", "trap"]
