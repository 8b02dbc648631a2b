import os
from pathlib import Path

import pytest

from aura_gql.storage.disk.open_file import OpenFile


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = OpenFile.creating(tmp_path / "file")
    file.write(b"abc")
    file.write(b"def")
    file.sync()
    file.close()
    file.close()
    with pytest.raises(OSError, match="closed"):
        file.write(b"g")
    read = OpenFile.reading(tmp_path / "file")
    assert (read.read_at(2, 3), read.read_at(9, 3), read.read_all()) == (b"cde", b"", b"abcdef")
    read.close()


def test_only_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", ""):
        with pytest.raises(OSError, match=r"Too many levels|Not a file"):
            OpenFile.reading(tmp_path / name)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    OpenFile.creating(tmp_path / "file").close()
    with pytest.raises(FileExistsError):
        OpenFile.creating(tmp_path / "file")


def test_what_nobody_came_to_have_is_closed(tmp_path: Path) -> None:
    """Who is cancelled while a thread opens a file for him never sees it."""
    path = tmp_path / "file"
    OpenFile.creating(path)
    assert str(path) not in {os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")}
