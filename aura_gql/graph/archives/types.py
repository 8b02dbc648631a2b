"""Archives of projects, and the storage that they are in, as clients see them."""

from datetime import datetime
from typing import Self

import strawberry
from bson import ObjectId

from aura_gql.files.archives.records import ArchiveRecord
from aura_gql.files.archives.shelf import ratio_of
from aura_gql.files.totals.records import ProjectStorageRecord
from aura_gql.graph.archives.enums import ArchiveFormat, ArchiveOrigin, ArchiveStatus, StorageProvider
from aura_gql.graph.archives.loaders import project_archives
from aura_gql.graph.context import Info
from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.graph.scalars import Long
from aura_gql.graph.storage.types import StorageQuota


@strawberry.type(description="A project's files in one file, which is kept beside the project until it is deleted.")
class ProjectArchive(Node):
    """An archive record on the wire."""

    project_id: strawberry.ID = strawberry.field(description="The project that it is of.")
    format: ArchiveFormat = strawberry.field(description="How it is written.")
    origin: ArchiveOrigin = strawberry.field(description="Where it comes from.")
    status: ArchiveStatus = strawberry.field(description="How far it has come: `projectArchiveChanged` tells the rest.")
    status_message: str | None = strawberry.field(description="Why it FAILED, in words for a person; else null.")
    revision: int | None = strawberry.field(
        description="The revision of the project whose files are in it; null where a user brought it."
    )
    file_count: int | None = strawberry.field(description="How many files are in it; null until it is COMPLETED.")
    total_bytes: Long | None = strawberry.field(
        description="The bytes of the files in it together; null until it is COMPLETED."
    )
    size: Long | None = strawberry.field(description="Its own bytes; null until it is COMPLETED.")
    compression_ratio: float | None = strawberry.field(
        description="`totalBytes` divided by `size`; null until it is COMPLETED, and where no file in it has any bytes."
    )
    sha256: str | None = strawberry.field(
        description=(
            "The SHA-256 of its bytes, in hexadecimal; null until it is COMPLETED. The same files in the same format "
            "give the same."
        )
    )
    created_at: datetime = strawberry.field(description="When it was asked for or brought.")
    updated_at: datetime = strawberry.field(description="When its status last changed.")

    @classmethod
    def from_record(cls, record: ArchiveRecord) -> Self:
        """The archive that `record` describes."""
        facts = record.facts
        return cls(
            id=to_global_id("ProjectArchive", record.id),
            project_id=to_global_id("Project", record.project_id),
            format=record.format,
            origin=record.origin,
            status=record.status,
            status_message=record.status_message,
            revision=record.revision,
            file_count=facts.file_count if facts else None,
            total_bytes=Long(facts.total_bytes) if facts else None,
            size=Long(facts.size) if facts else None,
            compression_ratio=ratio_of(facts) if facts else None,
            sha256=facts.sha256 if facts else None,
            created_at=record.created_at,
            updated_at=record.changed_at,
        )


@strawberry.type(description="Where and how a project's files and archives are kept, and what they come to.")
class ProjectStorage:
    """A storage record on the wire."""

    project_key: strawberry.Private[ObjectId]
    provider: StorageProvider = strawberry.field(description="Where the bytes are.")
    key: str = strawberry.field(description="Below which key the bytes are that users of the project have written.")
    file_count: int = strawberry.field(description="How many files the project has, kept folders included.")
    total_bytes: Long = strawberry.field(description="The bytes of the files as they are now, together.")
    archived_bytes: Long = strawberry.field(description="The bytes of the archives that are kept, together.")
    compression_ratio: float | None = strawberry.field(
        description="The `compressionRatio` of the archive that was COMPLETED last; null where none was."
    )
    status: ArchiveStatus | None = strawberry.field(
        description="The status of the archive that changed last; null where there never was one."
    )
    last_synced_at: datetime | None = strawberry.field(
        description="When an archive was COMPLETED last, whose files are then safe as they were; null for never."
    )
    quota: StorageQuota = strawberry.field(description="What the project uses of what one project may.")

    @classmethod
    def from_record(cls, record: ProjectStorageRecord) -> Self:
        """The storage that `record` describes."""
        summary = record.summary
        return cls(
            project_key=summary.project_id,
            provider=record.provider,
            key=record.key,
            file_count=summary.totals.file_count,
            total_bytes=Long(summary.totals.total_bytes),
            archived_bytes=Long(summary.archived_bytes),
            compression_ratio=summary.compression_ratio,
            status=None if summary.status is None else ArchiveStatus(summary.status),
            last_synced_at=summary.last_synced_at,
            quota=StorageQuota.from_record(record.quota),
        )

    @strawberry.field(description="The archives of the project, the newest first; those that failed, too.")
    async def archives(self, info: Info) -> list[ProjectArchive]:
        """The archives, read through the loader."""
        records = await project_archives(info.context).load(self.project_key)
        return [ProjectArchive.from_record(record) for record in records]
