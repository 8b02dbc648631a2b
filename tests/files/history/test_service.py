"""Questions about the past, and what is wrong with some."""

from collections.abc import Sequence

import pytest

from aura_gql.files.diffing.differ import Differ
from aura_gql.files.diffing.records import DiffLimits
from aura_gql.files.errors import InvalidPath
from aura_gql.files.history.errors import HistoryTrimmed, RevisionNotFound, VersionNotFound
from aura_gql.files.history.retention.documents import HistoryFloorDocument
from aura_gql.files.history.service import FileHistory
from aura_gql.files.records import VersionKind
from aura_gql.files.writing.operations import MovePath
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import PageRequest
from tests.files.history.past import Past, put


async def test_two_versions_of_a_file_are_a_pair(past: Past) -> None:
    await past.put("a", "1\n")
    await past.put("a", "2\n")
    await past.move("a", "b")
    await past.put("b", "3\n")
    pair = past.history.pair

    same = await pair(past.project, "b", 2, 2)
    over_a_move = await pair(past.project, "b", 1, old_path="a")
    gone = await pair(past.project, "a", 2)
    made = await pair(past.project, "a", 0, 1)

    assert (same.kind, over_a_move.kind, gone.kind, made.kind) == (
        None,
        VersionKind.MOVED,
        VersionKind.DELETED,
        VersionKind.CREATED,
    )
    diffs = [await past.history.compare(each) for each in (same, over_a_move, gone, made)]
    assert [(each.additions, each.deletions) for each in diffs if each] == [(0, 0), (1, 1), (0, 1), (1, 0)]


NEVER_WERE: Sequence[tuple[str, int, int | None, type[Exception]]] = [
    ("a", 7, 1, VersionNotFound),
    ("a", -1, 1, VersionNotFound),
    ("a", 1, 7, VersionNotFound),
    ("none", 0, None, VersionNotFound),
    ("none", 1, None, VersionNotFound),
    ("../a", 1, None, InvalidPath),
    ("a", 0, 0, InvalidInput),
    ("a", 0, 2, InvalidInput),
]


async def test_versions_that_never_were_are_not_found(past: Past) -> None:
    await past.put("a")
    await past.delete("a")
    for path, old, new, error in NEVER_WERE:
        with pytest.raises(error):
            await past.history.pair(past.project, path, old, new)


async def test_what_is_asked_to_compare_what_never_was_is_told_on_which_side(past: Past) -> None:
    newest = await past.put("a")
    history, project = past.history, past.project
    for question, side in (
        (history.pair(project, "a", 7, 1), "from"),
        (history.pair(project, "a", 1, 7), "to"),
        (history.changes(project, 99, 1, newest), "from"),
        (history.changes(project, 1, -1, newest), "to"),
    ):
        with pytest.raises((VersionNotFound, RevisionNotFound)) as refused:
            await question
        assert refused.value.field == (side,)


async def test_changes_are_in_order_of_path_whichever_revision_is_the_older_one(past: Past) -> None:
    first = await past.do(put("b"), put("z"))
    last = await past.do(MovePath("z", "a"), put("b", "2\n"))
    for old, new, paths in ((first, last, ["a", "b"]), (last, first, ["b", "z"])):
        found = await past.history.changes(past.project, old, new, last)
        assert [pair.path for pair in found] == paths


async def test_what_is_binary_or_too_large_is_not_compared(past: Past) -> None:
    await past.world.save(past.project, "a", b"text")
    await past.world.save(past.project, "a", b"\xff", 1)
    pair = await past.history.pair(past.project, "a", 1, 2)
    assert pair.is_binary
    assert await past.history.compare(pair) is None
    await past.put("b", "a long text")
    await past.world.blobs.delete_scope(f"projects/{past.project}")
    small = FileHistory(past.world.files, Differ(DiffLimits(max_bytes=10)))
    # It is not even read.
    assert await small.compare(await small.pair(past.project, "b", 0)) is None


async def test_only_revisions_that_the_project_had_are_found(past: Past) -> None:
    await past.put("a")
    assert await past.tree(0) == {}
    for revision in (-1, 2):
        with pytest.raises(RevisionNotFound):
            await past.tree(revision)


async def test_what_was_trimmed_is_told_as_such(past: Past) -> None:
    for n in range(4):
        await past.put("a", str(n))
    await HistoryFloorDocument.raise_to(past.project, 3)
    await HistoryFloorDocument.raise_to(past.project, 2)
    await past.world.database["file_versions"].delete_many({"version": {"$lt": 3}})

    for question in (past.tree(2), past.tree(0), past.history.version(past.project, "a", 2)):
        with pytest.raises(HistoryTrimmed) as trimmed:
            await question
        assert trimmed.value.details == {"oldestRevision": 3}
    assert await past.tree(3) == {"a": "2"}
    page = await past.history.revisions(past.project, PageRequest())
    assert [each.revision for each in page.items] == [4, 3]


async def test_a_file_has_its_history_until_its_project_is_deleted(past: Past) -> None:
    await past.do(put("a"))
    await HistoryFloorDocument.raise_to(past.project, 2)
    page = await past.history.of_file(past.project, "a", PageRequest())
    assert [each.file.version for each in page.items] == [1]
    page = await past.history.of_file(past.project, "../a\ud800", PageRequest())
    assert (page.items, await page.count()) == ([], 0)

    await past.world.files.remove_project(past.project)
    await past.history.remove_project(past.project)

    assert (await past.history.of_file(past.project, "a", PageRequest())).items == []
    assert await HistoryFloorDocument.find_oldest(past.project) == 1
