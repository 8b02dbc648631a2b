import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.storage.backends.local.incoming import Incoming


@pytest.fixture
def incoming(tmp_path: Path) -> Incoming:
    return Incoming(tmp_path / "incoming")


async def broken() -> AsyncIterator[bytes]:
    yield b"some"
    raise ConnectionResetError


async def test_nothing_is_left_of_what_did_not_arrive(incoming: Incoming, tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await incoming.receive(broken())
    assert list((tmp_path / "incoming").iterdir()) == []


def test_nothing_is_left_of_what_could_not_be_moved(incoming: Incoming, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        incoming.write(tmp_path / "none" / "file", b"x")
    assert list((tmp_path / "incoming").iterdir()) == []


def test_what_a_crash_left_is_removed_in_time(incoming: Incoming, tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    (folder / "deleted-1" / "ab").mkdir(parents=True)
    for name in ("old", "new"):
        (folder / name).write_bytes(b"x")
    os.utime(folder / "old", (0, 0))
    incoming.remove_leftovers()
    assert [path.name for path in folder.iterdir()] == ["new"]
