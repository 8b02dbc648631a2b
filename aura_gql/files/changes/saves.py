"""What a revision changed, as those who follow the files are told of it."""

from collections.abc import Iterator, Sequence

from aura_gql.files.changes.records import NewChange
from aura_gql.files.changes.values import ChangeKind
from aura_gql.files.paths import path_key
from aura_gql.files.records import VersionKind, VersionRecord


def changes_of(versions: Sequence[VersionRecord]) -> list[NewChange]:
    """The changes of one revision, so ordered that who makes them one after the other arrives at its files: what was
    removed first, each folder behind what was in it; then what was moved, nothing onto what has yet to be moved away;
    then the rest. A move tells of both its paths.
    """
    moves, circles = _moves([version for version in versions if version.kind is VersionKind.MOVED])
    told = {version.from_path for version in moves}
    removed = [version for version in versions if version.kind is VersionKind.DELETED]
    removed = [version for version in removed if version.file.path not in told]
    written = [version for version in versions if version.kind in (VersionKind.CREATED, VersionKind.MODIFIED)]
    return [
        *(_change(version, ChangeKind.DELETED) for version in sorted(removed, key=_key, reverse=True)),
        *(_change(version, ChangeKind.MOVED) for version in moves),
        *(_change(version, ChangeKind(version.kind)) for version in sorted(written, key=_key)),
        # No order of moves makes these, but there is something at each of the paths before and after.
        *(_change(version, ChangeKind.MODIFIED) for version in circles),
    ]


def _moves(moved: Sequence[VersionRecord]) -> tuple[list[VersionRecord], list[VersionRecord]]:
    """Those that can be made one after the other, in that order, and those that lead in circles."""
    by_source = {version.from_path: version for version in sorted(moved, key=_key)}
    ordered: list[VersionRecord] = []
    for start in list(by_source.values()):
        ordered += reversed(list(_chain(start, by_source)))
    circles = [version for version in moved if version.from_path in by_source]
    return ordered, circles


def _chain(start: VersionRecord, by_source: dict[str | None, VersionRecord]) -> Iterator[VersionRecord]:
    """`start`, the move away from where it leads, and so on, each taken out of `by_source`; nothing for a circle."""
    chain = [start]
    while (following := by_source.get(chain[-1].file.path)) is not None:
        if following is start:
            return
        chain.append(following)
    for version in chain:
        if by_source.pop(version.from_path, None) is not None:
            yield version


def _change(version: VersionRecord, kind: ChangeKind) -> NewChange:
    file = version.file
    return NewChange(
        file.path,
        kind,
        file.entry,
        file.size,
        file.executable,
        file.updated_at,
        from_path=version.from_path if kind is ChangeKind.MOVED else None,
        version=file.version,
        revision=file.revision,
    )


def _key(version: VersionRecord) -> str:
    return path_key(version.file.place)
