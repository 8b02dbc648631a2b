"""What operations came to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bson import ObjectId

from aura_gql.files.records import FileRecord, RevisionSource, VersionKind, VersionRecord
from aura_gql.files.writing.operations import StoredContent
from aura_gql.files.writing.plan import Plan, PlannedChange
from aura_gql.files.writing.tree import Standing
from aura_gql.kernel.languages import language_of


@dataclass(frozen=True, slots=True)
class AppliedBatch:
    """What became of a project's files in `revision`, by path. `kept` are the files that were to be put there and were
    there just so already; where nothing changed, the revision is the one that the project has.
    """

    project_id: ObjectId
    revision: int
    changed: list[VersionRecord]
    kept: list[FileRecord]

    @property
    def files(self) -> list[FileRecord]:
        """Everything that is there now of what the operations named, by path."""
        written = [version.file for version in self.changed if version.kind is not VersionKind.DELETED]
        return sorted([*written, *self.kept], key=lambda file: file.path)


@dataclass(frozen=True, slots=True)
class Revision:
    """The revision that a plan becomes, by whom, when and how."""

    project_id: ObjectId
    number: int
    author: str
    at: datetime
    source: RevisionSource


def version_records(
    plan: Plan, revision: Revision, stored: Mapping[str, StoredContent], last_versions: Mapping[str, int]
) -> list[VersionRecord]:
    """The versions that a plan adds, in its order. `stored` has the contents that the plan names; `last_versions`
    those of new paths that held something before.
    """
    return list(_versions(plan, revision, stored, last_versions))


def _versions(
    plan: Plan, revision: Revision, stored: Mapping[str, StoredContent], last_versions: Mapping[str, int]
) -> Iterator[VersionRecord]:
    for change in plan.changes:
        version = 1 + (change.before.version if change.before else last_versions.get(change.path, 0))
        if change.after is not None:
            file = _file(change.after, version, revision, stored)
            came_from = change.came_from
            yield VersionRecord(
                file,
                _kind(change),
                revision.source,
                came_from.path if came_from else None,
                came_from.version if came_from else None,
            )
        elif change.before is not None:
            gone = replace(
                change.before,
                version=version,
                revision=revision.number,
                updated_at=revision.at,
                updated_by=revision.author,
            )
            yield VersionRecord(gone, VersionKind.DELETED, revision.source, moved_to=change.moved_to)


def _kind(change: PlannedChange) -> VersionKind:
    if change.came_from is not None:
        return VersionKind.MOVED
    return VersionKind.CREATED if change.before is None else VersionKind.MODIFIED


def _file(after: Standing, version: int, revision: Revision, stored: Mapping[str, StoredContent]) -> FileRecord:
    content = after.content if isinstance(after.content, StoredContent) else stored[after.content.sha256]
    return FileRecord(
        project_id=revision.project_id,
        path=after.path,
        version=version,
        revision=revision.number,
        sha256=content.blob.sha256,
        size=content.size,
        executable=after.executable,
        scope=content.blob.scope,
        language=language_of(after.path),
        is_binary=content.is_binary,
        updated_at=revision.at,
        updated_by=revision.author,
        entry=after.entry,
    )
