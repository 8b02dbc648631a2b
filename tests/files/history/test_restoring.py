"""Bringing back what was."""

from dataclasses import replace

import pytest

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.errors import RevisionConflict, VersionConflict
from aura_gql.files.history.errors import HistoryTrimmed, VersionIsDeletion, VersionNotFound
from aura_gql.files.history.restoring import restoring
from aura_gql.files.history.retention.documents import HistoryFloorDocument
from aura_gql.files.records import FileRecord, RevisionSource
from aura_gql.kernel.page import PageRequest
from aura_gql.projects.errors import ProjectNotFound
from tests.files.history.past import Past, put
from tests.files.world import ADA


async def test_a_version_comes_back_as_the_next_one(past: Past) -> None:
    await past.do(put("a", "1", executable=True))
    await past.do(put("a", "2", executable=False))

    restored = await past.restoring.restore_version(ADA, past.project, "a", 1, 2)

    assert (restored.version, restored.executable, await past.tree()) == (3, True, {"a": "1x"})
    (newest, *_) = (await past.history.of_file(past.project, "a", PageRequest())).items
    assert newest.source is RevisionSource.RESTORE
    # Asking again changes nothing, whatever version it names as the present one.
    again = await past.restoring.restore_version(ADA, past.project, "a", 1, 2)
    assert (again, await past.revision()) == (restored, 3)
    assert (await past.restoring.restore_version(ADA, past.project, "a", 2, 3)).version == 4


async def test_a_deleted_file_comes_back_and_its_deletion_does_not(past: Past) -> None:
    await past.put("a", "1")
    await past.delete("a")

    with pytest.raises(VersionIsDeletion):
        await past.restoring.restore_version(ADA, past.project, "a", 2, 0)
    restored = await past.restoring.restore_version(ADA, past.project, "a", 1, 0)

    assert (restored.version, await past.tree()) == (3, {"a": "1"})


async def test_a_version_is_brought_back_over_nothing_unseen(past: Past) -> None:
    await past.put("a", "1")
    await past.put("a", "2")
    with pytest.raises(VersionConflict) as conflict:
        await past.restoring.restore_version(ADA, past.project, "a", 1, 1)
    assert (conflict.value.field, conflict.value.details["currentVersion"]) == (("expectedVersion",), 2)
    with pytest.raises(VersionNotFound):
        await past.restoring.restore_version(ADA, past.project, "a", 3, 2)
    with pytest.raises(ProjectNotFound):
        await past.restoring.restore_version("eve", past.project, "a", 1, 2)
    assert await past.tree() == {"a": "2"}


async def test_a_revision_comes_back_as_a_whole_and_so_does_what_was_before_that(past: Past) -> None:
    await past.do(put("a", "1"), put("b/c", "2"), put("x", "3"), put("same"))
    await past.keep_folder("empty")
    began = await past.tree()
    await past.do(put("a", "changed"), put("new"))
    await past.delete("b")
    await past.delete("empty")
    await past.delete("x")
    # Where there was a file there is a folder now, and the other way round.
    await past.do(put("x/y"), put("b", "a file"))
    await past.keep_folder("kept/inner")
    ended, newest = await past.tree(), await past.revision()

    restored = await past.restoring.restore_revision(ADA, past.project, 2, newest)
    assert (await past.tree(), restored.revision) == (began, newest + 1)
    assert {each.source for each in restored.changed} == {RevisionSource.RESTORE}
    assert "same" not in {each.file.path for each in restored.changed}

    again = await past.restoring.restore_revision(ADA, past.project, 2, newest)
    assert (again.changed, again.revision, await past.revision()) == ([], newest + 1, newest + 1)

    await past.restoring.restore_revision(ADA, past.project, newest, newest + 1)
    assert await past.tree() == ended
    await past.restoring.restore_revision(ADA, past.project, 0, newest + 2)
    assert await past.tree() == {}


async def test_a_revision_is_brought_back_over_nothing_unseen(past: Past) -> None:
    await past.put("a", "1")
    await past.put("a", "2")
    with pytest.raises(RevisionConflict) as conflict:
        await past.restoring.restore_revision(ADA, past.project, 1, 1)
    assert (conflict.value.field, conflict.value.details["currentRevision"]) == (("expectedRevision",), 2)
    with pytest.raises(ProjectNotFound):
        await past.restoring.restore_revision("eve", past.project, 1, 2)
    await HistoryFloorDocument.raise_to(past.project, 2)
    with pytest.raises(HistoryTrimmed):
        await past.restoring.restore_revision(ADA, past.project, 1, 2)
    assert await past.tree() == {"a": "2"}


async def test_what_goes_goes_first_the_inner_before_the_outer(past: Past) -> None:
    await past.put("a")
    (file,) = (await past.world.files.tree([past.project]))[past.project]

    def tree(*names: str) -> dict[str, FileRecord]:
        """Those that end with a slash are kept folders."""
        entries = [
            replace(file, path=name.rstrip("/"), entry=EntryKind.FOLDER if name.endswith("/") else EntryKind.FILE)
            for name in names
        ]
        return {entry.path: entry for entry in entries}

    def told(present: dict[str, FileRecord], wanted: dict[str, FileRecord]) -> list[str]:
        return [f"{type(each).__name__} {each.path}" for each in restoring(present, wanted)]

    assert told(tree("f/", "f/g/", "f/h"), tree()) == ["DeletePath f/h", "DeletePath f/g", "DeletePath f"]
    assert told(tree("f/", "f/h"), tree("f")) == ["DeletePath f/h", "DeletePath f", "PutFile f"]
    assert told(tree("f"), tree("f/", "f/h")) == ["DeletePath f", "PutFolder f", "PutFile f/h"]
    assert told(tree("f/", "f/h"), tree("f/h")) == []
    assert told(tree("f/", "f/h"), tree("f/", "f/h")) == []
