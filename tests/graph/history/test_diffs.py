"""Diffs on their way to the wire."""

from bson import ObjectId

from aura_gql.files.history.records import FilePair
from aura_gql.files.records import FileRecord
from aura_gql.graph.history.diffs import FileDiff, ProjectDiff, TextDiff
from aura_gql.kernel.clock import utcnow


def file(path: str, text: str = "text") -> FileRecord:
    return FileRecord(ObjectId(), path, 1, 1, text, len(text), False, "", "", False, utcnow(), "ada")


async def test_changed_files_come_in_pages() -> None:
    diff = ProjectDiff(pairs=[FilePair(None, file(path)) for path in ("a", "b/c", "d")], from_revision=1, to_revision=2)
    first = diff.files(first=2)
    rest = diff.files(first=2, after=first.page_info.end_cursor)

    assert [node.path for node in (*first.nodes, *rest.nodes)] == ["a", "b/c", "d"]
    assert (first.page_info.has_next_page, rest.page_info.has_next_page, await rest.count()) == (True, False, 3)
    assert (first.page_info.has_previous_page, rest.page_info.has_previous_page) == (False, True)


def test_a_moved_file_tells_whence_it_came() -> None:
    moved, gone = FileDiff.of(FilePair(file("a"), file("b"))), FileDiff.of(FilePair(file("a"), None))
    assert (moved.path, moved.from_path, moved.kind) == ("b", "a", "MOVED")
    assert (gone.path, gone.from_path, gone.kind, gone.to_version) == ("a", None, "DELETED", None)
    assert FileDiff.of(FilePair(file("a"), file("a"))).kind is None


def test_what_was_not_compared_says_so() -> None:
    diff = TextDiff.of(FilePair(file("a"), file("a", "other")), None)
    assert (diff.is_too_large, diff.additions, diff.deletions) == (True, None, None)
