"""Looking for what differs, where the contract can't reach: bounds and odd timing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.machine_files.values import FileEvent, Rescan
from aura_gql.sandboxes.providers.local import watched_tree
from aura_gql.sandboxes.providers.local.beneath import Beneath
from aura_gql.sandboxes.providers.local.inotify import Inotify
from aura_gql.sandboxes.providers.local.watched_tree import WatchedTree
from tests.support.file_watching import short


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[WatchedTree]:
    inotify = Inotify()
    tree = WatchedTree(Beneath(tmp_path, None), inotify)
    tree.begin()
    yield tree
    inotify.close()


def told(tree: WatchedTree) -> list[str]:
    return short(event for event in tree.digest() if isinstance(event, FileEvent))


def test_beyond_the_bound_folders_are_compared(
    tree: WatchedTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_tree, "MAX_FOLDERS", 2)
    assert not tree.needs_look
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert told(tree) == ["CREATED a", "CREATED b"]
    assert tree.needs_look
    (tmp_path / "b/unwatched").write_text("x")
    assert told(tree) == ["CREATED b/unwatched"]
    assert not [event for event in tree.digest() if isinstance(event, Rescan)]


def test_beyond_the_bound_entries_are_not_known(
    tree: WatchedTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_tree, "MAX_ENTRIES", 2)
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    assert told(tree) == ["CREATED a", "CREATED b"]
    (tmp_path / "c").unlink()
    assert told(tree) == []


def test_files_that_change_places(tree: WatchedTree, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name * 3)
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    (tmp_path / "x/in").write_text("1")
    told(tree)
    for one, other in (("a", "b"), ("x", "y")):
        (tmp_path / one).rename(tmp_path / "t")
        (tmp_path / other).rename(tmp_path / one)
        (tmp_path / "t").rename(tmp_path / other)
    assert sorted(told(tree)) == [
        "CREATED x", "CREATED y", "CREATED y/in", "DELETED x", "DELETED x/in", "DELETED y", "MODIFIED a", "MODIFIED b"
    ]  # fmt: skip
    (tmp_path / "y/in").write_text("22")
    (tmp_path / "x/new").write_text("3")
    assert sorted(told(tree)) == ["CREATED x/new", "MODIFIED y/in"]


def test_a_second_write_within_a_tick_is_seen(tree: WatchedTree, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    assert told(tree) == ["CREATED a"]
    before = path.stat()
    path.write_text("two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert told(tree) == ["MODIFIED a"]


def test_moves_in_a_row_are_one(tree: WatchedTree, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_text("x")
    told(tree)
    (tmp_path / "a").rename(tmp_path / "b")
    (tmp_path / "b/file").write_text("longer")
    (tmp_path / "b").rename(tmp_path / "c")
    (tmp_path / "a").mkdir()
    before = len(os.listdir("/proc/self/fd"))
    assert sorted(told(tree)) == ["CREATED a", "MODIFIED c/file", "MOVED a -> c"]
    (tmp_path / "c/file").unlink()
    assert told(tree) == ["DELETED c/file"]
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_comes_to_nothing_is_nothing(tree: WatchedTree, tmp_path: Path) -> None:
    (tmp_path / "gone").write_text("x")
    (tmp_path / "gone").unlink()
    (tmp_path / "kept").write_text("a")
    (tmp_path / "kept").write_text("ab")
    assert told(tree) == ["CREATED kept"]
    (tmp_path / "temporary").write_text("abc")
    (tmp_path / "temporary").rename(tmp_path / "kept")
    assert told(tree) == ["MODIFIED kept"]


def test_what_tools_fill_is_not_looked_into(tree: WatchedTree, tmp_path: Path) -> None:
    (tmp_path / "node_modules/a").mkdir(parents=True)
    (tmp_path / "node_modules/a/b").write_text("x")
    (tmp_path / ".aura-own").mkdir()
    assert told(tree) == ["CREATED node_modules"]
    (tmp_path / "node_modules/c").write_text("x")
    assert told(tree) == []


def test_a_folder_that_moves_after_its_events_were_read(
    tree: WatchedTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a/in").mkdir(parents=True)
    (tmp_path / "a/in/old").write_text("1")
    told(tree)
    (tmp_path / "a/in/new").write_text("2")
    (tmp_path / "a/in/old").write_text("33")
    look = tree._look

    def too_late(root: int) -> None:
        (tmp_path / "a").rename(tmp_path / "b")
        look(root)

    with monkeypatch.context() as patch:
        patch.setattr(tree, "_look", too_late)
        assert told(tree) == ["DELETED a/in/old"]
    assert told(tree) == ["MOVED a -> b", "CREATED b/in/new", "CREATED b/in/old"]


def test_after_a_look_that_failed_everything_is_compared(
    tree: WatchedTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise ValueError("odd")

    (tmp_path / "a").write_text("x")
    with monkeypatch.context() as patch:
        patch.setattr(tree, "_look", fail)
        with pytest.raises(ValueError, match="odd"):
            tree.digest()
    assert tree.needs_look
    assert told(tree) == ["CREATED a"]
