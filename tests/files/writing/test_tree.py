"""Files while operations are being planned."""

import pytest

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.errors import PathClash
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.tree import Standing, WorkingTree
from tests.files.writing.plans import file


def standing(path: str) -> Standing:
    return Standing(path, EntryKind.FILE, HeldBytes(b"new"), False, None, is_touched=True)


def test_what_is_there_and_what_has_been_done() -> None:
    tree = WorkingTree([file("a", executable=True), file("kept/")])
    found = tree.at("a")
    assert found is not None
    assert (found.content.sha256, found.executable, found.is_touched) == (tree.before["a"].sha256, True, False)
    tree.remove(found)
    new = standing("A")
    tree.put(new)
    assert (tree.at("a"), tree.at("A"), tree.at("b")) == (None, new, None)
    assert tree.touched == {"a": None, "A": new}


def test_a_folder_has_what_is_in_it_alone_and_itself_first() -> None:
    paths = ["src", "src-b", "src.c", "src/", "src/a", "src/b/c", "SRC2", "srcs/a"]
    tree = WorkingTree([file(path) for path in paths if path != "src"])
    tree.put(standing("src/new"))
    assert [found.place for found in tree.within("src")] == ["src/", "src/a", "src/b/c", "src/new"]
    assert [found.place for found in tree.within("src/b")] == ["src/b/c"]
    assert tree.within("SRC") == tree.within("src/a") == tree.within("s") == []


def test_what_can_not_stand_beside_the_others_is_not_put() -> None:
    tree = WorkingTree([file("src/a")])
    with pytest.raises(PathClash) as caught:
        tree.put(standing("SRC/b"), "to")
    assert (caught.value.field, tree.touched) == (("to",), {})
