"""The past of files, as clients see it."""

import base64
from datetime import datetime
from typing import Self

import strawberry

from aura_gql.files.history.records import RevisionRecord
from aura_gql.files.records import FileRecord, VersionRecord
from aura_gql.graph.context import Info
from aura_gql.graph.files.enums import ChangeKind, EntryKind
from aura_gql.graph.files.loaders import file_content
from aura_gql.graph.history.enums import RevisionSource
from aura_gql.graph.nodes import to_global_id
from aura_gql.graph.scalars import Long


@strawberry.type(description="What was at a path of a project from one change to the next.")
class FileVersion:
    """A version record on the wire; its bytes are read when a content field asks for them."""

    record: strawberry.Private[FileRecord]
    path: str = strawberry.field(description="The path, parts separated by `/`.")
    version: int = strawberry.field(
        description="Its number: 1, 2, 3… over all that ever was at the path, deletions included."
    )
    revision: int = strawberry.field(description="The revision of the project that made it.")
    kind: ChangeKind = strawberry.field(
        description="What became of the file. DELETED has no content; its size is what the file had last."
    )
    source: RevisionSource = strawberry.field(description="How it came to be.")
    entry: EntryKind = strawberry.field(description="A file, or a folder that is kept while nothing is in it.")
    from_path: str | None = strawberry.field(description="For MOVED, the path that the file had before; else null.")
    from_version: int | None = strawberry.field(description="For MOVED, its version there; else null.")
    moved_to: str | None = strawberry.field(
        description="For DELETED, the path to which the file was moved; null where it was removed."
    )
    size: Long = strawberry.field(description="Its size in bytes.")
    sha256: str = strawberry.field(description="The SHA-256 of its bytes, in hexadecimal; empty for a folder.")
    executable: bool = strawberry.field(description="Whether it had the executable bit.")
    is_binary: bool = strawberry.field(description="Whether it was something other than UTF-8 text.")
    author_id: strawberry.ID = strawberry.field(description="The id of the user who did it.")
    at: datetime = strawberry.field(description="When it was made.")

    @classmethod
    def from_record(cls, record: VersionRecord) -> Self:
        """The version that `record` describes."""
        file = record.file
        return cls(
            record=file,
            path=file.path,
            version=file.version,
            revision=file.revision,
            kind=ChangeKind(record.kind.value),
            source=record.source,
            entry=file.entry,
            from_path=record.from_path,
            from_version=record.from_version,
            moved_to=record.moved_to,
            size=Long(file.size),
            sha256=file.sha256,
            executable=file.executable,
            is_binary=file.is_binary,
            author_id=to_global_id("User", file.updated_by),
            at=file.updated_at,
        )

    @strawberry.field(description="Its text; null where it was binary, a folder, or deleted.")
    async def content(self, info: Info) -> str | None:
        """The text, from the blob store."""
        if self.is_binary or not self._has_content:
            return None
        info.context.take_content(self.size)
        return (await file_content(info.context).load(self.record)).decode()

    @strawberry.field(description="Its bytes in base64, where it was binary; null for text, a folder, or deleted.")
    async def base64(self, info: Info) -> str | None:
        """The bytes, from the blob store."""
        if not self.is_binary or not self._has_content:
            return None
        info.context.take_content(self.size)
        return base64.b64encode(await file_content(info.context).load(self.record)).decode()

    @property
    def _has_content(self) -> bool:
        return self.kind is not ChangeKind.DELETED and self.entry is EntryKind.FILE


@strawberry.type(description="A change of a project's files as a whole: all of it happened at once.")
class ProjectRevision:
    """A revision record on the wire."""

    revision: int = strawberry.field(description="Its number; where numbers are missing nothing changed.")
    at: datetime = strawberry.field(description="When it was made.")
    author_id: strawberry.ID = strawberry.field(description="The id of the user who made it.")
    source: RevisionSource = strawberry.field(description="How it came to be.")
    created_count: int = strawberry.field(description="How many files and kept folders were made.")
    modified_count: int = strawberry.field(description="How many files got other bytes or another executable bit.")
    moved_count: int = strawberry.field(description="How many files and kept folders got another path.")
    deleted_count: int = strawberry.field(description="How many files and kept folders were removed.")
    changed_count: int = strawberry.field(description="All of these together.")
    changed_paths: list[str] = strawberry.field(
        description="Where that was, by path, the first 20; `Project.diff` has all. A moved file has its newer path."
    )

    @classmethod
    def from_record(cls, record: RevisionRecord) -> Self:
        """The revision that `record` describes."""
        return cls(
            revision=record.revision,
            at=record.at,
            author_id=to_global_id("User", record.author),
            source=record.source,
            created_count=record.created,
            modified_count=record.modified,
            moved_count=record.moved,
            deleted_count=record.deleted,
            changed_count=record.created + record.modified + record.moved + record.deleted,
            changed_paths=list(record.paths),
        )
