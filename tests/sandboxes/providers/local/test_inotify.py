"""The kernel's queue of events."""

import os
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.inotify import IN_CREATE, IN_MOVED_FROM, IN_MOVED_TO, Inotify


def test_tells_names_in_order_and_pairs_moves(tmp_path: Path) -> None:
    inotify = Inotify()
    folder = os.open(tmp_path, os.O_PATH | os.O_DIRECTORY)
    try:
        number = inotify.watch(folder)
        assert inotify.watch(folder) == number
        (tmp_path / "a").mkdir()
        (tmp_path / "a").rename(tmp_path / os.fsdecode(b"\xff"))
        notices = inotify.read()
        assert [notice.name for notice in notices] == ["a", "a", "\udcff"]
        assert [notices[0].mask & IN_CREATE, notices[1].mask & IN_MOVED_FROM, notices[2].mask & IN_MOVED_TO] == [
            IN_CREATE,
            IN_MOVED_FROM,
            IN_MOVED_TO,
        ]
        assert notices[1].cookie == notices[2].cookie != 0
        assert inotify.read() == []
        inotify.forget(number)
        inotify.forget(number)
        with pytest.raises(FileNotFoundError):
            inotify.watch(10_000)
    finally:
        os.close(folder)
        inotify.close()
