"""Looking at the files that code made in live sandboxes."""

from bson import ObjectId

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import Page, PageRequest, decode_cursor, encode_cursor
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.values import FileInfo

MAX_LISTED = 10_000
MAX_READ_BYTES = 1024 * 1024


class SandboxDisks:
    """The project folders of the machines that this process holds, as they are now. Someone else's are not found.

    It waits for no start and counts as no activity.
    """

    def __init__(self, registry: SandboxRegistry) -> None:
        self._registry = registry

    async def list_files(self, viewer_id: str, sandbox_id: ObjectId, path: str, page: PageRequest) -> Page[FileInfo]:
        """What is in a folder, `.` being the project folder, by name: of more than 10,000 entries the first.

        SandboxNotFound, SandboxNotRunning, FileNotInSandbox, UnsafePath where it is no folder, InvalidInput.
        """
        behind = None if page.after is None else _path_behind(page.after, path)
        found = await (await self._machine(viewer_id, sandbox_id)).list_files(path, MAX_LISTED)
        left = sorted((info for info in found if behind is None or info.path > behind), key=lambda info: info.path)
        items = left[: page.first]

        async def count() -> int:
            return len(found)

        return Page(
            items=items,
            cursors=[encode_cursor(path, info.path) for info in items],
            has_next=len(left) > page.first,
            has_previous=page.after is not None,
            count=count,
        )

    async def stat(self, viewer_id: str, sandbox_id: ObjectId, path: str) -> FileInfo:
        """What is at a path; errors as for `list_files`."""
        return await (await self._machine(viewer_id, sandbox_id)).stat(path)

    async def read(self, viewer_id: str, sandbox_id: ObjectId, path: str) -> bytes:
        """A file's bytes; InvalidInput where they are more than 1 MiB, else errors as for `list_files`."""
        return await (await self._machine(viewer_id, sandbox_id)).read_file(path, MAX_READ_BYTES)

    async def _machine(self, viewer_id: str, sandbox_id: ObjectId) -> Sandbox:
        found = await SandboxSession.find_owned(viewer_id, [sandbox_id])
        if not found:
            raise SandboxNotFound("There is no sandbox with this id.")
        live = self._registry.get(sandbox_id)
        if live is None:
            where = "is not running" if not found[0].is_live else "is starting, or another server holds it"
            raise SandboxNotRunning(f"The sandbox {where}.", field=("sandboxId",))
        return live.machine


def _path_behind(cursor: str, folder: str) -> str:
    """The path that the cursor of a page of this folder stands for."""
    of, path = decode_cursor(cursor, [str, str])
    if of != folder:
        raise InvalidInput("`after` is a cursor of another folder.", field=("after",))
    return str(path)
