"""Project files, as clients see them."""

import base64
from datetime import datetime
from typing import Self

import strawberry

from aura_gql.files.records import FileRecord
from aura_gql.graph.context import Info
from aura_gql.graph.files.loaders import file_content
from aura_gql.graph.nodes import to_global_id
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
