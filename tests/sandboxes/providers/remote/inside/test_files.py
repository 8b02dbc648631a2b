"""The agent's hand in files, asked without a channel; what comes over one is in the tests of its server's side."""

from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import FileNotInSandbox
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.inside.files import FileCalls
from aura_gql.sandboxes.providers.remote.wire.file_stream import PIECE_BYTES


async def test_gives_large_files_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(200_000))
    calls = FileCalls(ProjectFolder(tmp_path, None))
    pieces = [piece async for piece in calls.read({"path": "large", "maxBytes": 200_000})]
    assert b"".join(pieces) == bytes(200_000)
    assert max(len(piece) for piece in pieces) == PIECE_BYTES


async def test_raises_what_the_folder_raises(tmp_path: Path) -> None:
    calls = FileCalls(ProjectFolder(tmp_path, None))
    with pytest.raises(FileNotInSandbox):
        await calls.stat({"path": "missing"})
    with pytest.raises(FileNotInSandbox):
        await anext(calls.list({"path": "missing", "limit": 1, "recursive": False}))
