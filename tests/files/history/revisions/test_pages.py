"""The changes of a project, a page at a time."""

import pytest
from bson import ObjectId

from aura_gql.files.history.records import RevisionRecord
from aura_gql.files.history.revisions.documents import MAX_PATHS, RevisionQueries
from aura_gql.files.history.revisions.pages import revision_page
from aura_gql.files.records import RevisionSource
from aura_gql.files.writing.operations import DeletePath, MovePath
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import PageRequest, encode_cursor
from tests.files.history.past import Past, put
from tests.files.world import ADA


async def all_of(past: Past, first: int, oldest: int = 1) -> list[RevisionRecord]:
    after, found = None, list[RevisionRecord]()
    while True:
        page = await revision_page(past.project, oldest, PageRequest(first, after))
        found += page.items
        if not page.has_next:
            assert await page.count() == len(found)
            return found
        after = page.cursors[-1]


async def test_a_revision_tells_what_it_changed(past: Past) -> None:
    assert await all_of(past, 5) == []
    await past.do(put("a"), put("b"), put("c"), put("x/d"))
    await past.do(put("a", "2"), DeletePath("b"), MovePath("c", "e"), put("new"), MovePath("x", "y"))
    await past.world.save(past.project, "a", b"3", 2)

    saved, batch, first = await all_of(past, 100)

    assert (batch.created, batch.modified, batch.moved, batch.deleted) == (1, 1, 2, 1)
    assert batch.paths == ("a", "b", "e", "new", "y/d")
    assert (first.revision, first.created, first.paths) == (1, 4, ("a", "b", "c", "x/d"))
    assert (batch.author, batch.source, saved.source) == (ADA, RevisionSource.BATCH, RevisionSource.SAVE)
    assert first.at <= batch.at <= saved.at


async def test_pages_follow_each_other_over_gaps_down_to_the_oldest(past: Past) -> None:
    for n in range(9):
        await past.put("a", str(n))
    await past.world.database["file_versions"].delete_many({"revision": {"$in": [2, 4, 5, 6]}})

    for first in (1, 2, 3, 7):
        assert [each.revision for each in await all_of(past, first)] == [9, 8, 7, 3, 1]
        assert [each.revision for each in await all_of(past, first, oldest=3)] == [9, 8, 7, 3]


async def test_many_paths_are_told_in_few_words(past: Past) -> None:
    names = [f"f{n:02}" for n in range(MAX_PATHS)]
    await past.do(*(put(name) for name in names))
    (revision,) = await all_of(past, 1)
    assert revision.paths == tuple(names)
    assert revision.created == MAX_PATHS


async def test_a_page_reads_the_versions_of_its_revisions_alone(past: Past) -> None:
    for n in range(12):
        await past.put("a", str(n))
    commands = past.world.database
    await commands.command({"profile": 2})
    try:
        await RevisionQueries.find_between(past.project, 5, 7)
        await RevisionQueries.find_at_most(past.project, 7)
        found = [
            (entry["docsExamined"], entry["keysExamined"])
            async for entry in commands["system.profile"].find({"ns": f"{commands.name}.file_versions"})
        ]
    finally:
        await commands.command({"profile": 0})
    assert sorted(found) == [(0, 1), (3, 3)]


async def test_only_its_own_cursors_are_taken() -> None:
    for after in ("", "x", encode_cursor("a"), encode_cursor(1, 2)):
        with pytest.raises(InvalidInput, match="not a cursor"):
            await revision_page(ObjectId(), 1, PageRequest(1, after))


async def test_numbers_that_no_revision_has_end_the_list(past: Past) -> None:
    await past.put("a")
    for number, found in ((10**30, [1]), (-(10**30), []), (1, [])):
        page = await revision_page(past.project, 1, PageRequest(1, encode_cursor(number)))
        assert [each.revision for each in page.items] == found
