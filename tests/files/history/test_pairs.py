"""What changed between two revisions."""

import pytest

from aura_gql.files.history import pairs
from aura_gql.files.history.records import FilePair
from aura_gql.files.writing.operations import MovePath
from tests.files.history.past import Past, put


def told(found: list[FilePair]) -> list[tuple[str | None, str | None, str]]:
    return [
        (p.old.path if p.old else None, p.new.path if p.new else None, p.kind.value if p.kind else "") for p in found
    ]


async def changes(past: Past, old: int, new: int) -> list[tuple[str | None, str | None, str]]:
    return told(await past.history.changes(past.project, old, new, await past.revision()))


async def test_each_kind_of_change_is_told_both_ways(past: Past) -> None:
    began = await past.do(put("same"), put("changed", "1"), put("bit"), put("gone"), put("old"))
    await past.do(put("changed", "2"), put("bit", executable=True), put("came"))
    await past.delete("gone")
    await past.move("old", "new")
    ended = await past.put("new", "changed, too")

    forwards = [
        ("bit", "bit", "MODIFIED"),
        (None, "came", "CREATED"),
        ("changed", "changed", "MODIFIED"),
        ("gone", None, "DELETED"),
        ("old", "new", "MOVED"),
    ]
    assert await changes(past, began, ended) == forwards
    backwards = {"CREATED": "DELETED", "DELETED": "CREATED"}
    assert await changes(past, ended, began) == [(new, old, backwards.get(kind, kind)) for old, new, kind in forwards]
    assert await changes(past, ended, ended) == []
    assert [new for _, new, kind in await changes(past, 0, began) if kind == "CREATED"] == [
        "bit",
        "changed",
        "gone",
        "old",
        "same",
    ]


async def test_a_file_is_followed_over_several_moves_and_within_a_batch(past: Past) -> None:
    began = await past.do(put("a", "A"), put("x/one"), put("x/two"))
    await past.move("a", "b")
    await past.do(MovePath("b", "c"), MovePath("c", "d"), MovePath("x", "y"), put("a", "another"))
    middle = await past.delete("a")
    ended = await past.move("d", "e")

    moved = [("x/one", "y/one", "MOVED"), ("x/two", "y/two", "MOVED")]
    assert await changes(past, began, ended) == [("a", "e", "MOVED"), *moved]
    assert await changes(past, began, middle) == [("a", "d", "MOVED"), *moved]
    assert await changes(past, middle, ended) == [("d", "e", "MOVED")]


async def test_a_file_that_was_made_meanwhile_is_not_taken_for_the_one_before_it(past: Past) -> None:
    began = await past.put("a", "A")
    await past.move("a", "z")
    await past.put("a", "made meanwhile")
    ended = await past.move("a", "b")
    assert await changes(past, began, ended) == [(None, "b", "CREATED"), ("a", "z", "MOVED")]


async def test_a_file_is_followed_no_further_than_the_bound(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    began = await past.put("a")
    for path, to in ("ab", "bc", "cd"):
        await past.move(path, to)
    ended = await past.revision()
    monkeypatch.setattr(pairs, "_MOST_MOVES", 2)
    assert await changes(past, began, ended) == [("a", None, "DELETED"), (None, "d", "CREATED")]
    assert await changes(past, began + 1, ended) == [("b", None, "DELETED"), (None, "d", "CREATED")]
    assert await changes(past, began + 2, ended) == [("c", "d", "MOVED")]


async def test_a_path_at_which_there_is_a_file_again_is_no_move(past: Past) -> None:
    began = await past.put("a", "A")
    await past.move("a", "b")
    ended = await past.put("a", "another")
    assert await changes(past, began, ended) == [("a", "a", "MODIFIED"), (None, "b", "CREATED")]

    await past.delete("b")
    await past.delete("a")
    ended = await past.put("b", "made anew")
    assert await changes(past, began, ended) == [("a", None, "DELETED"), (None, "b", "CREATED")]


async def test_a_file_that_came_and_went_is_not_told_nor_are_kept_folders(past: Past) -> None:
    began = await past.put("a")
    await past.put("b")
    await past.keep_folder("folder")
    ended = await past.delete("b")
    assert await changes(past, began, ended) == []
