"""What operations come to, without any database."""

import random
from collections.abc import Sequence
from typing import Any

import pytest

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.errors import FileNotFound, FileTooLarge, InvalidPath, PathClash, VersionConflict
from aura_gql.files.paths import check_beside, path_key
from aura_gql.files.records import FileRecord, StorageTotals, VersionKind
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFolder, SetExecutable
from aura_gql.kernel.errors import DomainError, InvalidInput
from tests.files.writing.plans import file, plan, put, told, versions

FILES = [file("a"), file("src/x", "x"), file("src/sub/y", "y"), file("kept/", version=2), file("run", executable=True)]

# ruff: noqa: E501  One case a line.
DONE: dict[str, tuple[list[Operation], list[str]]] = {
    "nothing": ([], []),
    "a new file": ([put("b")], ["CREATED b@1"]),
    "a new file where there once was one": ([put("gone", version=0)], ["CREATED gone@6"]),
    "a new version": ([put("a", version=3)], ["MODIFIED a@4"]),
    "what is there": ([put("a", "old", 3)], []),
    "the bit alone": ([SetExecutable("a", True, 3)], ["MODIFIED a@4"]),
    "the bit that is there": ([SetExecutable("run", True)], []),
    "bytes and bit": ([put("run", executable=False)], ["MODIFIED run@4"]),
    "a folder": ([PutFolder("new/folder")], ["CREATED new/folder/@1"]),
    "a folder that is there": ([PutFolder("kept")], []),
    "a folder with files is kept from now on": ([PutFolder("src")], ["CREATED src/@1"]),
    "a file in a kept folder": ([put("kept/z")], ["CREATED kept/z@1"]),
    "a deletion": ([DeletePath("a", 3)], ["DELETED a@4"]),
    "a folder's deletion": ([DeletePath("src")], ["DELETED src/sub/y@4", "DELETED src/x@4"]),
    "a kept folder's deletion": ([put("kept/z"), DeletePath("kept")], ["DELETED kept/@3"]),
    "a move": ([MovePath("a", "b", 3)], ["DELETED a@4 to b", "MOVED b@1 from a@3"]),
    "a move to where there once was a file": ([MovePath("a", "gone")], ["DELETED a@4 to gone", "MOVED gone@6 from a@3"]),
    "a move in place": ([MovePath("a", "a", 3)], []),
    "another case": ([MovePath("a", "A")], ["MOVED A@1 from a@3", "DELETED a@4 to A"]),
    "another case of a folder": (
        [MovePath("src", "Src")],
        [
            "MOVED Src/sub/y@1 from src/sub/y@3",
            "MOVED Src/x@1 from src/x@3",
            "DELETED src/sub/y@4 to Src/sub/y",
            "DELETED src/x@4 to Src/x",
        ],
    ),
    "a folder into its parent's place by two moves": (
        [MovePath("src", "old"), MovePath("old/sub", "src")],
        [
            "MOVED old/x@1 from src/x@3",
            "DELETED src/sub/y@4 to src/y",
            "DELETED src/x@4 to old/x",
            "MOVED src/y@1 from src/sub/y@3",
        ],
    ),
    "a kept folder moves": ([MovePath("kept", "k2")], ["MOVED k2/@1 from kept@2", "DELETED kept/@3 to k2"]),
    "moved twice is moved once": (
        [MovePath("a", "b"), MovePath("b", "c")],
        ["DELETED a@4 to c", "MOVED c@1 from a@3"],
    ),
    "there and back": ([MovePath("a", "b"), MovePath("b", "a")], []),
    "a swap": (
        [MovePath("a", "t"), MovePath("src/x", "a"), MovePath("t", "src/x")],
        ["MOVED a@4 from src/x@3", "MOVED src/x@4 from a@3"],
    ),
    "moved and changed": ([MovePath("a", "b"), put("b")], ["DELETED a@4 to b", "MOVED b@1 from a@3"]),
    "moved and deleted": ([MovePath("a", "b"), DeletePath("b", 3)], ["DELETED a@4"]),
    "moved onto what was deleted": (
        [DeletePath("run"), MovePath("a", "run")],
        ["DELETED a@4 to run", "MOVED run@4 from a@3"],
    ),
    "moved away and made anew": ([MovePath("a", "b"), put("a", version=0)], ["MODIFIED a@4", "MOVED b@1 from a@3"]),
    "moved away and made anew as it was": ([MovePath("a", "b"), put("a", "old")], ["CREATED b@1"]),
    "deleted and made anew": ([DeletePath("a", 3), put("a", version=0)], ["MODIFIED a@4"]),
    "deleted and made anew as it was": ([DeletePath("a"), put("a", "old", 0)], []),
    "made and deleted": ([put("b"), DeletePath("b")], []),
    "twice in one batch is one version": ([put("a", version=3), put("a", "newer", 4)], ["MODIFIED a@4"]),
    "twice from the same version": ([put("a", version=3), put("a", "newer", 3)], ["MODIFIED a@4"]),
    "a file where a folder was": ([DeletePath("src"), put("src")], ["CREATED src@1", "DELETED src/sub/y@4", "DELETED src/x@4"]),
    "a file where a kept folder was": ([DeletePath("kept"), put("kept")], ["MODIFIED kept@3"]),
    "a folder where a file was": ([DeletePath("a"), put("a/b")], ["DELETED a@4", "CREATED a/b@1"]),
    "a path in another normal form": ([put("e\u0301"), put("\u00e9", "newer")], ["CREATED \u00e9@1"]),
}  # fmt: skip


@pytest.mark.parametrize("name", DONE)
def test_what_operations_come_to(name: str) -> None:
    operations, expected = DONE[name]
    assert told(versions(FILES, operations, {"gone": 5})) == expected


REFUSED: dict[str, tuple[list[Operation], type[DomainError], tuple[str, ...], dict[str, Any]]] = {
    "a stale version": ([put("b"), put("a", version=2)], VersionConflict, ("1", "expectedVersion"), {"currentVersion": 3}),
    "a file that is there": ([put("a", version=0)], VersionConflict, ("0", "expectedVersion"), {"path": "a"}),
    "a file that is not there": ([put("b", version=1)], VersionConflict, ("0", "expectedVersion"), {"currentVersion": 0}),
    "made twice": ([put("b", version=0), put("b", version=0)], PathClash, ("1", "path"), {"path": "b"}),
    "a bit of nothing": ([SetExecutable("b", True)], FileNotFound, ("0", "path"), {}),
    "a bit of a folder": ([SetExecutable("kept", True)], FileNotFound, ("0", "path"), {}),
    "nothing deleted": ([DeletePath("b")], FileNotFound, ("0", "path"), {}),
    "nothing deleted, at a version": ([DeletePath("b", 2)], VersionConflict, ("0", "expectedVersion"), {}),
    "deleted twice": ([DeletePath("a"), DeletePath("a")], FileNotFound, ("1", "path"), {}),
    "another spelling deleted": ([DeletePath("SRC")], FileNotFound, ("0", "path"), {}),
    "a stale deletion": ([DeletePath("a", 1)], VersionConflict, ("0", "expectedVersion"), {"currentVersion": 3}),
    "a folder's version": ([DeletePath("src", 1)], InvalidInput, ("0", "expectedVersion"), {}),
    "nothing moved": ([MovePath("b", "c")], FileNotFound, ("0", "path"), {"path": "b"}),
    "a stale move": ([MovePath("a", "c", 9)], VersionConflict, ("0", "expectedVersion"), {"currentVersion": 3}),
    "onto a file": ([MovePath("a", "run")], PathClash, ("0", "to"), {"clashesWith": "run"}),
    "onto a folder": ([MovePath("a", "src")], PathClash, ("0", "to"), {"clashesWith": "src"}),
    "onto a kept folder": ([MovePath("src", "kept")], PathClash, ("0", "to"), {"clashesWith": "kept"}),
    "onto another case": ([MovePath("a", "RUN")], PathClash, ("0", "to"), {"clashesWith": "run"}),
    "into itself": ([MovePath("src", "src/in")], InvalidInput, ("0", "to"), {}),
    "into a file": ([MovePath("src", "a/in")], PathClash, ("0", "to"), {"clashesWith": "a"}),
    "too deep": ([MovePath("src", "/".join("d" * 31))], InvalidPath, ("0", "to"), {}),
    "a folder's name": ([put("src")], PathClash, ("0", "path"), {"clashesWith": "src/sub/y"}),
    "a kept folder's name": ([put("kept")], PathClash, ("0", "path"), {"clashesWith": "kept"}),
    "a folder named as a file": ([PutFolder("a")], PathClash, ("0", "path"), {"clashesWith": "a"}),
    "another case of a kept folder": ([PutFolder("KEPT")], PathClash, ("0", "path"), {"clashesWith": "kept"}),
    "a file in another case of a kept folder": ([put("Kept/z")], PathClash, ("0", "path"), {"clashesWith": "kept"}),
    "a kept folder in another case of one with files": ([PutFolder("SRC")], PathClash, ("0", "path"), {}),
    "a bad path": ([put("ok"), put("../x")], InvalidPath, ("1", "path"), {"path": "../x"}),
    "a bad target": ([MovePath("a", "")], InvalidPath, ("0", "to"), {}),
    "a path with a slash behind": ([PutFolder("new/")], InvalidPath, ("0", "path"), {}),
    "a negative version": ([put("b", version=-1)], InvalidInput, ("0", "expectedVersion"), {}),
    "a file too large": ([put("b", "x" * 101)], FileTooLarge, ("0", "content"), {"limit": 100, "used": 101}),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_one_refused_operation_says_which(name: str) -> None:
    operations, kind, field, details = REFUSED[name]
    with pytest.raises(kind) as caught:
        plan(FILES, operations)
    assert caught.value.field == field
    assert details.items() <= caught.value.details.items()


def test_a_plan_tells_its_growth_and_what_must_be_stored() -> None:
    made = [put("a", "four"), put("run", "same"), put("b", "same"), put("gone", "in vain")]
    planned = plan(FILES, [*made, DeletePath("src"), DeletePath("gone")])
    assert planned.growth == StorageTotals(1 - 2, (4 - 3) + (4 - 3) + 4 - 2)
    assert sorted([content.size for content in planned.contents.values()]) == [4, 4]
    assert plan(FILES, [put("a", "old"), put("run", "x"), SetExecutable("src/x", False)]).kept == (FILES[0], FILES[1])


def test_a_moved_file_keeps_what_it_is() -> None:
    moved = next(version for version in versions(FILES, [MovePath("run", "bin/run")]) if version.from_path)
    before = FILES[4]
    assert (moved.file.sha256, moved.file.scope, moved.file.executable) == (before.sha256, before.scope, True)
    assert (moved.file.revision, moved.file.updated_by) == (10, "ada")
    deleted = next(version for version in versions(FILES, [DeletePath("run")]))
    assert (deleted.file.sha256, deleted.file.executable, deleted.file.updated_by) == (before.sha256, True, "ada")


PATHS = ["a", "A", "a/b", "a/B", "a/b/c", "d/e", "D/f", "d", "g/h/i", "g/h"]


def _random_operation(choose: random.Random) -> Operation:
    path, version = choose.choice(PATHS), choose.choice([None, None, None, 0, 1, 2])
    match choose.randrange(7):
        case 0:
            return DeletePath(path, version)
        case 1 | 2:
            return MovePath(path, choose.choice(PATHS), version)
        case 3:
            return PutFolder(path)
        case 4:
            return SetExecutable(path, choose.random() < 0.5, version)
        case _:
            return put(path, choose.choice("xyz"), version)


class Model:
    """Files as a dictionary, changed in the simplest way that can be thought of: text and bit, None for a folder."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bool] | None] = {}

    def do(self, operation: Operation) -> None:
        before, path = dict(self.files), operation.path
        if isinstance(operation, PutFolder):
            assert self.files.get(path) is None
            self.files[path] = None
        elif isinstance(operation, SetExecutable):
            self.files[path] = (self._file(path)[0], operation.executable)
        elif isinstance(operation, DeletePath | MovePath):
            named = [other for other in before if other == path or other.startswith(f"{path}/")]
            assert named
            for other in named:
                del self.files[other]
            if isinstance(operation, MovePath) and operation.to != path:
                assert not any(other == operation.to or other.startswith(f"{operation.to}/") for other in self.files)
                assert not operation.to.startswith(f"{path}/")
            to = operation.to if isinstance(operation, MovePath) else None
            for other in named if to is not None else []:
                self.files[f"{to}{other.removeprefix(path)}"] = before[other]
        else:
            assert self.files.get(path, ("", False)) is not None
            _, executable = self.files.get(path) or ("", False)
            self.files[path] = (operation.content.sha256, executable)
        self._check_beside()

    def _file(self, path: str) -> tuple[str, bool]:
        found = self.files.get(path)
        assert found is not None
        return found

    def _check_beside(self) -> None:
        places = [path if content else f"{path}/" for path, content in self.files.items()]
        for place in places:
            check_beside(place, [other for other in places if other != place])


def _after(files: dict[str, FileRecord], operations: Sequence[Operation]) -> dict[str, FileRecord]:
    """The files once their versions have been added."""
    after = dict(files)
    for version in versions(files.values(), operations):
        before = files.get(version.file.path)
        assert version.file.version == (before.version if before else 0) + 1
        if version.kind is VersionKind.DELETED:
            del after[version.file.path]
        else:
            after[version.file.path] = version.file
    return after


def _try(files: dict[str, FileRecord], operations: Sequence[Operation]) -> tuple[bool, dict[str, FileRecord]]:
    """Whether all versions were as demanded, of which the model knows nothing, and the files then."""
    try:
        return True, _after(files, operations)
    except (VersionConflict, InvalidInput, PathClash) as error:
        if error.field[-1] != "expectedVersion" and "before this one" not in error.message:
            raise
        return False, files


def _content(record: FileRecord) -> tuple[str, bool] | None:
    return (record.sha256, record.executable) if record.entry is EntryKind.FILE else None


@pytest.mark.parametrize("seed", range(12))
def test_random_operations_do_what_the_model_does(seed: int) -> None:
    choose = random.Random(seed)
    files: dict[str, FileRecord] = {}
    model, done = Model(), 0
    for _ in range(500):
        operations = [_random_operation(choose) for _ in range(choose.randrange(1, 4))]
        trial = Model()
        trial.files = dict(model.files)
        try:
            for operation in operations:
                trial.do(operation)
        except (AssertionError, PathClash):
            with pytest.raises(DomainError):
                _after(files, operations)
            continue
        versions_fit, files = _try(files, operations)
        if not versions_fit:
            continue
        model, done = trial, done + 1
        assert {path: _content(record) for path, record in files.items()} == model.files
    assert done > 15


def test_neighbours_in_order_of_key_tell_every_clash() -> None:
    places = ["a", "A", "a/", "A/", "a/b", "a/B", "A/b", "a/b/", "a/b/c", "ab", "a-b", "A/B/c", "b/"]
    choose = random.Random(7)
    for _ in range(500):
        standing: list[str] = []
        for place in choose.sample(places, len(places)):
            ordered = sorted([*standing, place], key=path_key)
            at = ordered.index(place)
            near, rest = ordered[max(at - 1, 0) : at] + ordered[at + 1 : at + 2], [*standing]
            assert _clashes(place, near) == _clashes(place, rest)
            if not _clashes(place, rest):
                standing.append(place)


def _clashes(place: str, others: Sequence[str]) -> bool:
    try:
        check_beside(place, others)
    except PathClash:
        return True
    return False
