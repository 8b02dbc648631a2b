"""What the project and a sandbox have both changed, as clients see it."""

from typing import Self

import strawberry
from bson import ObjectId

from aura_gql.files.records import FileRecord
from aura_gql.graph.context import Info
from aura_gql.graph.files.enums import EntryKind
from aura_gql.graph.files.loaders import file_content
from aura_gql.graph.scalars import Long
from aura_gql.kernel.errors import DomainError, StorageUnavailable
from aura_gql.sandboxes.disks import MAX_READ_BYTES
from aura_gql.sandboxes.syncing.mergers import Bytes
from aura_gql.sandboxes.syncing.records import SyncConflict as ConflictRecord
from aura_gql.sandboxes.syncing.values import Entry, entry_of


@strawberry.type(description="One of the versions of a path that is in conflict.")
class SyncVersion:
    """A side of a conflict on the wire; its text is read when it is asked for."""

    path: strawberry.Private[str]
    sandbox_key: strawberry.Private[ObjectId]
    record: strawberry.Private[FileRecord | None]
    kind: EntryKind = strawberry.field(description="What it is.")
    version: int | None = strawberry.field(
        description="The version of the project's file; null for what is in the sandbox."
    )
    sha256: str | None = strawberry.field(
        description="The SHA-256 of its bytes, in hexadecimal; null where it is no file, or could not be read."
    )
    size: Long = strawberry.field(description="Its size in bytes; 0 where it is no file.")
    executable: bool = strawberry.field(description="Whether it has the executable bit.")

    @classmethod
    def of(cls, path: str, sandbox: ObjectId, entry: Entry | None, record: FileRecord | None) -> Self | None:
        """What stands at the path; `record` is None for the sandbox's."""
        if entry is None:
            return None
        return cls(
            path=path,
            sandbox_key=sandbox,
            record=record,
            kind=EntryKind(entry.kind.value),
            version=None if record is None else record.version,
            sha256=entry.sha256 or None,
            size=Long(entry.size),
            executable=entry.executable,
        )

    @strawberry.field(
        description=(
            f"Its text; null where it is no text or has more than {MAX_READ_BYTES:,} bytes, and where it can't be had "
            "any more: a sandbox's that has changed since or does not run, a project's that its history has forgotten."
        )
    )
    async def content(self, info: Info) -> str | None:
        """The text from the blob store, or from the machine."""
        if self.sha256 is None or self.size > MAX_READ_BYTES:
            return None
        info.context.take_content(self.size)
        try:
            data = await self._read(info)
            return None if data is None or b"\0" in data else data.decode()
        except StorageUnavailable:
            raise
        except (DomainError, UnicodeDecodeError):
            return None

    async def _read(self, info: Info) -> bytes | None:
        if self.record is not None:
            return await file_content(info.context).load(self.record)
        viewer, disks = info.context.require_viewer(), info.context.services.sandboxes.disks
        data = await disks.read(viewer.id, self.sandbox_key, self.path)
        return data if Bytes.of(data).sha256 == self.sha256 else None


@strawberry.type(
    description=(
        "A path that the project and a sandbox have both changed, and not so that the changes could be merged. Both "
        "are as they were; `resolve` of `syncProjectToSandbox` says whose it shall be."
    )
)
class SyncConflict:
    """A conflict on the wire."""

    path: str = strawberry.field(description="The path in the project folder.")
    reason: str | None = strawberry.field(
        description="What stands in the way of the file, where that is something else."
    )
    base: SyncVersion | None = strawberry.field(
        description="What the sandbox last got; null where it had got nothing there."
    )
    ours: SyncVersion | None = strawberry.field(description="What the project has; null where it has nothing there.")
    theirs: SyncVersion | None = strawberry.field(
        description="What the sandbox was seen to have; null where there was nothing."
    )

    @classmethod
    def from_record(cls, sandbox: ObjectId, conflict: ConflictRecord) -> Self:
        """The conflict that a sandbox has."""
        path, base, ours = conflict.path, conflict.base, conflict.ours
        return cls(
            path=path,
            reason=conflict.reason,
            base=SyncVersion.of(path, sandbox, entry_of(base), base),
            ours=SyncVersion.of(path, sandbox, entry_of(ours), ours),
            theirs=SyncVersion.of(path, sandbox, conflict.theirs, None),
        )
