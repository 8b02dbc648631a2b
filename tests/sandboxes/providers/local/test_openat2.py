"""Opening beneath a folder."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.openat2 import open_beneath


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    opened = os.open(tmp_path, os.O_PATH | os.O_DIRECTORY)
    yield opened
    os.close(opened)


def test_opens_what_is_beneath(folder: int, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_text("x")
    opened = open_beneath(folder, "a/b", os.O_RDONLY)
    assert os.read(opened, 10) == b"x"
    assert not os.get_inheritable(opened)
    os.close(opened)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("missing", errno.ENOENT),
        ("../x", errno.EXDEV),
        ("/etc/passwd", errno.EXDEV),
        ("link", errno.ELOOP),
        ("dir/x", errno.ELOOP),
    ],
)
def test_refuses_ways_out(folder: int, tmp_path: Path, path: str, error: int) -> None:
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "target").write_text("")
    (tmp_path / "dir").symlink_to("/etc")
    with pytest.raises(OSError, match=os.strerror(error)) as caught:
        open_beneath(folder, path, os.O_RDONLY)
    assert caught.value.errno == error


def test_does_not_wait_for_a_fifo(folder: int, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    os.close(open_beneath(folder, "fifo", os.O_RDONLY))
