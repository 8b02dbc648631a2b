"""The files on sandboxes' disks, as clients see them."""

import base64
from datetime import datetime
from typing import Annotated, Self

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Info
from aura_gql.graph.files.enums import EntryKind
from aura_gql.graph.nodes import object_id, to_global_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.permissions import SignedIn
from aura_gql.graph.scalars import Long
from aura_gql.sandboxes.disks import MAX_READ_BYTES
from aura_gql.sandboxes.errors import FileNotInSandbox
from aura_gql.sandboxes.values import FileInfo

_SANDBOX = "The sandbox. It must be running on the server that you ask."


@strawberry.type(description="An entry on the disk of a sandbox, which is a copy of the project that code works on.")
class SandboxFile:
    """A file info on the wire; its bytes are read when a content field asks for them."""

    key: strawberry.Private[ObjectId]
    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox.")
    path: str = strawberry.field(
        description="Its path in the project folder. Bytes of a name that are no UTF-8 are shown as `\\xNN`."
    )
    name: str = strawberry.field(description="The last part of its path.")
    kind: EntryKind = strawberry.field(description="What it is.")
    size: Long = strawberry.field(description="A file's size in bytes; 0 for anything else.")
    executable: bool = strawberry.field(description="Whether it has the executable bit.")
    modified_at: datetime = strawberry.field(description="When it was last written to, as code there may have set it.")

    @classmethod
    def from_info(cls, sandbox_id: ObjectId, info: FileInfo) -> Self:
        """The entry that `info` describes."""
        return cls(
            key=sandbox_id,
            sandbox_id=to_global_id("Sandbox", sandbox_id),
            path=info.path,
            name=info.path.rpartition("/")[2],
            kind=EntryKind(info.kind.value),
            size=Long(info.size),
            executable=info.executable,
            modified_at=info.modified_at,
        )

    @strawberry.field(
        description=f"Its text; null where it is no file or no UTF-8. At most {MAX_READ_BYTES:,} bytes can be read."
    )
    async def content(self, info: Info) -> str | None:
        """The text as it is now."""
        data = await self._read(info)
        return data.decode() if data is not None and _is_text(data) else None

    @strawberry.field(
        description="Its bytes in base64, where they are no UTF-8; null for text and for what is no file."
    )
    async def base64(self, info: Info) -> str | None:
        """The bytes as they are now."""
        data = await self._read(info)
        return None if data is None or _is_text(data) else base64.b64encode(data).decode()

    async def _read(self, info: Info) -> bytes | None:
        if self.kind is not EntryKind.FILE:
            return None
        info.context.take_content(self.size)
        viewer = info.context.require_viewer()
        return await info.context.services.sandboxes.disks.read(viewer.id, self.key, self.path)


@strawberry.type
class SandboxFileQueries:
    """The part of the root that shows files in sandboxes."""

    @strawberry.field(
        description=(
            "What is in a folder of a running sandbox, by name and at most 10,000 entries, so that an editor can show "
            "what code made. An error with the code INVALID_STATE where it does not run on the server that you ask."
        ),
        permission_classes=[SignedIn],
    )
    async def sandbox_files(
        self,
        info: Info,
        sandbox_id: Annotated[strawberry.ID, strawberry.argument(description=_SANDBOX)],
        path: Annotated[
            str, strawberry.argument(description="A folder in the project folder; that itself where it is `.`.")
        ] = ".",
        first: First = None,
        after: After = None,
    ) -> Connection[SandboxFile]:
        """Authorise, call, convert."""
        viewer, sandbox = info.context.require_viewer(), object_id(sandbox_id, "Sandbox", ("sandboxId",))
        page = page_request(first, after)
        found = await info.context.services.sandboxes.disks.list_files(viewer.id, sandbox, path, page)
        return Connection.of(found, lambda each: SandboxFile.from_info(sandbox, each))

    @strawberry.field(
        description="What is at a path of a running sandbox; null where nothing is. Errors as for `sandboxFiles`.",
        permission_classes=[SignedIn],
    )
    async def sandbox_file(
        self,
        info: Info,
        sandbox_id: Annotated[strawberry.ID, strawberry.argument(description=_SANDBOX)],
        path: Annotated[str, strawberry.argument(description="A path in the project folder, e.g. `dist/index.html`.")],
    ) -> SandboxFile | None:
        """Authorise, call, convert."""
        viewer, sandbox = info.context.require_viewer(), object_id(sandbox_id, "Sandbox", ("sandboxId",))
        try:
            found = await info.context.services.sandboxes.disks.stat(viewer.id, sandbox, path)
        except FileNotInSandbox:
            return None
        return SandboxFile.from_info(sandbox, found)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
