"""What operations come to: each path that changes, from what was there to what shall be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.errors import FileNotFound, PathClash
from aura_gql.files.paths import clean_path
from aura_gql.files.ports import Content
from aura_gql.files.records import FileRecord, StorageTotals
from aura_gql.files.versions import check_version
from aura_gql.files.writing.operations import (
    DeletePath,
    MovePath,
    Operation,
    PutFile,
    PutFolder,
    SetExecutable,
    StoredContent,
    about,
)
from aura_gql.files.writing.tree import NOTHING, Standing, WorkingTree
from aura_gql.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One path that changes. `came_from` is the file that was moved here, `moved_to` the path where this one went."""

    path: str
    before: FileRecord | None
    after: Standing | None
    came_from: FileRecord | None
    moved_to: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes, each path once and in order of path; `kept` are the files that operations would put there and that
    are there just so already.
    """

    changes: tuple[PlannedChange, ...]
    kept: tuple[FileRecord, ...]

    @property
    def new_paths(self) -> list[str]:
        """Where something comes to be that is not there now."""
        return [change.path for change in self.changes if change.before is None]

    @property
    def growth(self) -> StorageTotals:
        """What the project grows by."""
        growth = StorageTotals(0, 0)
        for change in self.changes:
            if change.after is not None:
                growth += StorageTotals(1, change.after.content.size)
            if change.before is not None:
                growth -= StorageTotals(1, change.before.size)
        return growth

    @property
    def contents(self) -> dict[str, Content]:
        """The bytes that have to be stored first, by their SHA-256."""
        brought = (change.after.content for change in self.changes if change.after is not None)
        return {content.sha256: content for content in brought if not isinstance(content, StoredContent)}


def make_plan(records: Iterable[FileRecord], operations: Sequence[Operation]) -> Plan:
    """What clean `operations`, in their order and each seeing those before, make of a project's files.

    VersionConflict, PathClash, FileNotFound, InvalidInput, InvalidPath: the position of the operation comes first in
    the error's `field`.
    """
    tree = WorkingTree(records)
    for position, operation in enumerate(operations):
        with about(position, operation.path):
            _do(tree, operation)
    return _net(tree, {operation.path for operation in operations if isinstance(operation, PutFile | SetExecutable)})


def _do(tree: WorkingTree, operation: Operation) -> None:
    match operation:
        case PutFile():
            _put_file(tree, operation)
        case SetExecutable():
            _set_executable(tree, operation)
        case PutFolder():
            _put_folder(tree, operation.path)
        case DeletePath():
            for standing in _named(tree, operation):
                tree.remove(standing)
        case MovePath():
            _move(tree, operation)


def _put_file(tree: WorkingTree, operation: PutFile) -> None:
    current = _file_at(tree, operation.path, operation.expected_version)
    executable = operation.executable
    if executable is None:
        executable = current is not None and current.executable
    origin = current.origin if current else None
    tree.put(Standing(operation.path, EntryKind.FILE, operation.content, executable, origin, is_touched=True))


def _set_executable(tree: WorkingTree, operation: SetExecutable) -> None:
    current = _file_at(tree, operation.path, operation.expected_version)
    if current is None:
        raise FileNotFound("The project has no file at this path.", field=("path",))
    tree.put(replace(current, executable=operation.executable, is_touched=True))


def _put_folder(tree: WorkingTree, path: str) -> None:
    if not _is_folder(tree.at(path)):
        tree.put(Standing(path, EntryKind.FOLDER, NOTHING, executable=False, origin=None, is_touched=True))


def _move(tree: WorkingTree, operation: MovePath) -> None:
    path, to = operation.path, operation.to
    moving = _named(tree, operation)
    if path == to:
        return
    if to.startswith(f"{path}/"):
        raise InvalidInput("A folder can't be moved into itself.", field=("to",))
    for standing in moving:
        tree.remove(standing)
    if tree.at(to) is not None or tree.within(to):
        raise PathClash(f"There is something at `{to}` already.", field=("to",), details={"clashesWith": to})
    for standing in moving:
        target = clean_path(to + standing.path.removeprefix(path), ("to",))
        tree.put(replace(standing, path=target, is_touched=True), "to")


def _named(tree: WorkingTree, operation: DeletePath | MovePath) -> list[Standing]:
    """The file that the operation is about, or the folder with all that is in it."""
    path, expected = operation.path, operation.expected_version
    if found := tree.within(path):
        if expected is not None:
            raise InvalidInput(f"`{path}` is a folder, which has no version.", field=("expectedVersion",))
        return found
    current = _file_at(tree, path, expected)
    if current is None:
        raise FileNotFound("The project has nothing at this path.", field=("path",))
    return [current]


def _file_at(tree: WorkingTree, path: str, expected_version: int | None) -> Standing | None:
    """The file at a path; VersionConflict where it is not at the version that the operation began from."""
    current = tree.at(path)
    if current is not None and current.entry is not EntryKind.FILE:
        current = None
    if expected_version is None:
        return current
    if current is None or not current.is_touched:
        check_version(current.origin if current else None, expected_version)
    elif expected_version == 0:
        message = "An operation before this one has put a file there."
        raise PathClash(message, field=("path",), details={"clashesWith": path})
    return current


def _is_folder(standing: Standing | None) -> bool:
    return standing is not None and standing.entry is EntryKind.FOLDER


def _net(tree: WorkingTree, asked_for: Iterable[str]) -> Plan:
    changed = {path: after for path, after in tree.touched.items() if not _is_same(tree.before.get(path), after)}
    moves = {
        after.origin.path: path
        for path, after in changed.items()
        # What came from a path at which the same stands again is a copy.
        if after is not None and after.origin is not None and after.origin.path != path and after.origin.path in changed
    }
    sources = {to: source for source, to in moves.items()}
    changes = [
        PlannedChange(
            path,
            tree.before.get(path),
            after,
            tree.before[sources[path]] if path in sources else None,
            moves.get(path) if after is None else None,
        )
        for path, after in sorted(changed.items())
    ]
    kept = (tree.before[path] for path in sorted(asked_for) if path not in changed and tree.at(path) is not None)
    return Plan(tuple(changes), tuple(kept))


def _is_same(before: FileRecord | None, after: Standing | None) -> bool:
    if before is None or after is None:
        return before is None and after is None
    return (before.entry, before.sha256, before.executable) == (after.entry, after.content.sha256, after.executable)
