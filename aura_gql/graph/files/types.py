"""Project files, as clients see them."""

import base64
from datetime import datetime
from typing import Self

import strawberry

from aura_gql.files.changes.records import ChangeBatchRecord, FileChangeRecord
from aura_gql.files.records import FileRecord
from aura_gql.graph.context import Info
from aura_gql.graph.files.enums import ChangeKind, ChangeOrigin, EntryKind
from aura_gql.graph.files.loaders import file_content
from aura_gql.graph.history.diffs import FileDiff
from aura_gql.graph.history.inputs import FromPath, FromVersion, ToVersion
from aura_gql.graph.history.types import FileVersion
from aura_gql.graph.nodes import to_global_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.scalars import Long


@strawberry.type(description="A file of a project. The project's files are the truth; a sandbox's disk is a copy.")
class ProjectFile:
    """A file record on the wire; its bytes are read when a content field asks for them."""

    record: strawberry.Private[FileRecord]
    project_id: strawberry.ID = strawberry.field(description="The project that it belongs to.")
    path: str = strawberry.field(description="Its path in the project folder, parts separated by `/`.")
    name: str = strawberry.field(description="The last part of its path.")
    size: Long = strawberry.field(description="Its size in bytes.")
    language: str = strawberry.field(description="The editor language of its name, e.g. `python`.")
    sha256: str = strawberry.field(description="The SHA-256 of its bytes, in hexadecimal.")
    version: int = strawberry.field(
        description="The number of this version, 1 for the first: pass it as `expectedVersion` to `saveFile`."
    )
    revision: int = strawberry.field(description="The revision of the project that made this version.")
    executable: bool = strawberry.field(description="Whether it has the executable bit.")
    is_binary: bool = strawberry.field(description="Whether it is something other than UTF-8 text.")
    updated_at: datetime = strawberry.field(description="When this version was saved.")

    @classmethod
    def from_record(cls, record: FileRecord) -> Self:
        """The file that `record` describes."""
        return cls(
            record=record,
            project_id=to_global_id("Project", record.project_id),
            path=record.path,
            name=record.path.rpartition("/")[2],
            size=Long(record.size),
            language=record.language,
            sha256=record.sha256,
            version=record.version,
            revision=record.revision,
            executable=record.executable,
            is_binary=record.is_binary,
            updated_at=record.updated_at,
        )

    @strawberry.field(description="Its text; null where it is binary.")
    async def content(self, info: Info) -> str | None:
        """The text of the file, from the blob store."""
        if self.is_binary:
            return None
        info.context.take_content(self.size)
        data = await file_content(info.context).load(self.record)
        return data.decode()

    @strawberry.field(description="Its bytes in base64, where it is binary; null for text.")
    async def base64(self, info: Info) -> str | None:
        """The bytes of a binary file, from the blob store."""
        if not self.is_binary:
            return None
        info.context.take_content(self.size)
        data = await file_content(info.context).load(self.record)
        return base64.b64encode(data).decode()

    @strawberry.field(
        description=(
            "Its versions, newest first, this one included: those of its path, and behind a move those of the path "
            "that it had before."
        )
    )
    async def history(self, info: Info, first: First = None, after: After = None) -> Connection[FileVersion]:
        """A page of what it was."""
        page = page_request(first, after)
        found = await info.context.services.history.of_file(self.record.project_id, self.path, page)
        return Connection.of(found, FileVersion.from_record)

    @strawberry.field(
        description="What differs between two of its versions; null, with an error, where it does not have them."
    )
    async def diff(
        self, info: Info, from_: FromVersion, to: ToVersion = None, from_path: FromPath = None
    ) -> FileDiff | None:
        """The pair; its lines are compared when they are asked for."""
        to = self.version if to is None else to
        pair = await info.context.services.history.pair(self.record.project_id, self.path, from_, to, from_path)
        return FileDiff.of(pair)


@strawberry.type(description="A folder of a project that is kept even while nothing is in it.")
class ProjectFolder:
    """A kept folder on the wire."""

    path: str = strawberry.field(description="Its path in the project folder, parts separated by `/`.")
    name: str = strawberry.field(description="The last part of its path.")
    revision: int = strawberry.field(description="The revision of the project that made it.")
    updated_at: datetime = strawberry.field(description="When that was.")

    @classmethod
    def from_record(cls, record: FileRecord) -> Self:
        """The folder that `record` describes."""
        name = record.path.rpartition("/")[2]
        return cls(path=record.path, name=name, revision=record.revision, updated_at=record.updated_at)


@strawberry.type(description="A change of one file or folder, in the project or on the disk of one of its sandboxes.")
class FileChange:
    """A change record on the wire."""

    sequence: int = strawberry.field(
        description="Its number: 1, 2, 3… over all changes of the project, saves and sandboxes together, without a gap."
    )
    path: str = strawberry.field(description="The path in the project folder, parts separated by `/`.")
    kind: ChangeKind = strawberry.field(description="What became of it.")
    from_path: str | None = strawberry.field(description="Where it was before, for MOVED; else null.")
    entry: EntryKind = strawberry.field(description="What it is, or was where it is DELETED.")
    size: Long = strawberry.field(description="The bytes that a file had then; 0 for anything else.")
    executable: bool = strawberry.field(description="Whether it had the executable bit then.")
    origin: ChangeOrigin = strawberry.field(description="Where it changed.")
    version: int | None = strawberry.field(description="The version of the project's file; null in a sandbox.")
    revision: int | None = strawberry.field(
        description="The revision of the project that made it; null in a sandbox. All of one revision is in one batch."
    )
    sandbox_id: strawberry.ID | None = strawberry.field(description="The sandbox on whose disk it changed, if any.")
    execution_ids: list[strawberry.ID] = strawberry.field(
        description="All executions that ran in the sandbox when it changed: where they are several, any did it."
    )
    at: datetime = strawberry.field(description="When the server noticed.")

    @classmethod
    def from_record(cls, record: FileChangeRecord) -> Self:
        """The change that `record` describes."""
        change = record.change
        sandbox_id = None if change.sandbox_id is None else to_global_id("Sandbox", change.sandbox_id)
        return cls(
            sequence=record.sequence,
            path=change.path,
            kind=change.kind,
            from_path=change.from_path,
            entry=change.entry,
            size=Long(change.size),
            executable=change.executable,
            origin=record.origin,
            version=change.version,
            revision=change.revision,
            sandbox_id=sandbox_id,
            execution_ids=[to_global_id("Execution", id) for id in change.execution_ids],
            at=change.at,
        )


@strawberry.type(description="The next changes of a project's files, in order.")
class FileChangeBatch:
    """A batch of changes on the wire."""

    last_sequence: int = strawberry.field(
        description="The number of the last change up to which you know them: pass it as `after` to resume behind it."
    )
    is_complete: bool = strawberry.field(
        description=(
            "Whether every change up to `lastSequence` that you had not is in `changes`. Else some are no longer kept: "
            "read the files again."
        )
    )
    changes: list[FileChange] = strawberry.field(description="The changes, by `sequence`.")

    @classmethod
    def from_record(cls, record: ChangeBatchRecord) -> Self:
        """The batch that `record` describes."""
        changes = [FileChange.from_record(change) for change in record.changes]
        return cls(last_sequence=record.last, is_complete=record.is_complete, changes=changes)
