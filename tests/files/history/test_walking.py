"""The past of one file."""

import pytest
from bson import ObjectId

from aura_gql.files.history.walking import FileWalk
from aura_gql.files.writing.operations import MovePath
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import PageRequest, encode_cursor
from tests.files.history.past import Past, put

Told = list[tuple[str, int, str]]


async def told(past: Past, path: str, first: int = 100, *, follows_moves: bool = True) -> Told:
    """Path, version and kind of all versions, read in pages of `first`."""
    walk, after, versions = FileWalk(past.project, path, follows_moves), None, Told()
    while True:
        page = await walk.page(PageRequest(first, after))
        versions += [(each.file.path, each.file.version, each.kind.value) for each in page.items]
        assert page.has_previous is (after is not None)
        if not page.has_next:
            assert await page.count() == len(versions)
            return versions
        after = page.cursors[-1]


async def test_it_goes_back_over_moves_page_by_page(past: Past) -> None:
    await past.put("a", "1")
    await past.put("a", "2")
    await past.move("a", "d/b")
    await past.put("d/b", "3")
    await past.move("d/b", "c")
    await past.put("a", "another")

    for first in (1, 2, 3, 100):
        assert await told(past, "c", first) == [
            ("c", 1, "MOVED"),
            ("d/b", 2, "MODIFIED"),
            ("d/b", 1, "MOVED"),
            ("a", 2, "MODIFIED"),
            ("a", 1, "CREATED"),
        ]
        # What lies at the old path now is another file, and what was there before it went is in its past.
        assert await told(past, "a", first) == [
            ("a", 4, "CREATED"),
            ("a", 3, "DELETED"),
            ("a", 2, "MODIFIED"),
            ("a", 1, "CREATED"),
        ]
    assert await told(past, "none") == []


async def test_all_that_was_at_a_path_can_be_told_whatever_was_moved_there(past: Past) -> None:
    await past.put("a", "old")
    await past.delete("a")
    await past.put("b", "new")
    await past.move("b", "a")

    assert await told(past, "a") == [("a", 3, "MOVED"), ("b", 1, "CREATED")]
    here = [("a", 3, "MOVED"), ("a", 2, "DELETED"), ("a", 1, "CREATED")]
    assert await told(past, "a", 2, follows_moves=False) == here


async def test_a_file_that_went_round_is_followed_all_the_way(past: Past) -> None:
    await past.put("a")
    for _ in range(3):
        await past.move("a", "b")
        await past.move("b", "a")

    versions = await told(past, "a", 3)

    assert [path for path, _, _ in versions] == ["a", "b", "a", "b", "a", "b", "a"]


async def test_a_move_in_a_batch_with_others_is_followed(past: Past) -> None:
    await past.put("a")
    await past.do(MovePath("a", "b"), MovePath("b", "c"), put("a", "new"))

    assert [path for path, _, _ in await told(past, "c")] == ["c", "a"]


async def test_only_its_own_cursors_are_taken() -> None:
    for after in ("", "x", encode_cursor("a"), encode_cursor(1, "a"), encode_cursor("\ud800", 1)):
        with pytest.raises(InvalidInput, match="not a cursor"):
            await FileWalk(ObjectId(), "a").page(PageRequest(1, after))
