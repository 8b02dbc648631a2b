"""What is known of a tree."""

import os
from pathlib import Path

from aura_gql.sandboxes.providers.local.inotify import Inotify
from aura_gql.sandboxes.providers.local.known_tree import Entry, FolderWatches, KnownTree, join, split
from aura_gql.sandboxes.values import FileKind

FOLDER = Entry(FileKind.FOLDER, 1, 0, 0, False, False)
FILE = Entry(FileKind.FILE, 2, 3, 4, False, True)


def test_moves_and_takes_out_whole_folders() -> None:
    tree = KnownTree()
    for path, entry in {"a": FOLDER, "a/b": FOLDER, "a/b/c": FILE, "ab": FILE}.items():
        tree.put(path, entry)
    tree.move("a", "z")
    assert sorted(tree.entries) == ["ab", "z", "z/b", "z/b/c"]
    assert tree.names_in("") == {"ab", "z"}
    assert [path for path, _ in tree.take_out("z")] == ["z/b/c", "z/b", "z"]
    assert tree.names_in("z/b") == set()
    assert tree.take_out("missing") == []
    assert (join("", "a"), join("a", "b"), split("a/b"), split("a")) == ("a", "a/b", ("a", "b"), ("", "a"))


def test_a_watch_belongs_to_the_path_that_had_its_folder_last(tmp_path: Path) -> None:
    inotify = Inotify()
    watches = FolderWatches(inotify)
    (tmp_path / "a/b").mkdir(parents=True)
    opened = [os.open(tmp_path / path, os.O_PATH) for path in ("a", "a/b")]
    try:
        watches.add("a", opened[0])
        watches.add("a/b", opened[1])
        watches.move("a", "c")
        assert "c/b" in watches
        assert "a" not in watches
        watches.add("elsewhere", opened[1])
        watches.drop("c/b")
        assert "elsewhere" in watches
        assert len(watches) == 2
        watches.drop("elsewhere")
        watches.ended(99)
        assert len(watches) == 1
    finally:
        for descriptor in opened:
            os.close(descriptor)
        inotify.close()


def test_states_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("one")
    before = Entry.of(path.stat())
    assert before.is_fresh
    os.utime(path, ns=(1, 1))
    after = Entry.of(path.stat())
    assert not after.is_fresh
    assert not after.is_same(before)
    path.chmod(0o755)
    assert Entry.of(path.stat()).executable
    assert not Entry.of(path.stat()).is_same(after)
