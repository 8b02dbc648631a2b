"""Putting files of a project in place on a machine's disk, each or none."""

from collections.abc import Callable, Sequence

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord
from aura_gql.kernel.background import to_its_end
from aura_gql.sandboxes.errors import UnsafePath
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.contents import ProjectContents
from aura_gql.sandboxes.syncing.folders import make_folders
from aura_gql.sandboxes.values import SandboxFile

Refused = Callable[[str, str], None]
"""Is told the path that the machine does not take, and why."""


class Placer:
    """Writes and removes what was found to be safe to overwrite. SandboxGone, ProviderUnavailable and
    SandboxQuotaExceeded pass through.

    A caller that is cancelled waits for the end of what it has begun: else that would change files behind the next
    sync's back.
    """

    def __init__(self, machine: Sandbox, contents: ProjectContents, refused: Refused) -> None:
        self._machine = machine
        self._contents = contents
        self._refused = refused

    async def load(self, records: Sequence[FileRecord]) -> list[SandboxFile]:
        """The files among these, as the machine takes them."""
        return await self._contents.load([record for record in records if record.entry is EntryKind.FILE])

    async def put(self, files: Sequence[SandboxFile]) -> None:
        """Write files: together, or where that is refused, those that can be. Code may have planted a link over one,
        which is no reason to keep the others back.
        """
        if not files:
            return
        try:
            await to_its_end(self._machine.write_files(files))
        except UnsafePath as error:
            if len(files) == 1:
                self._refused(files[0].path, error.message)
                return
            for file in files:
                await self.put([file])

    async def put_folder(self, path: str) -> None:
        """Make a folder."""
        try:
            await to_its_end(make_folders(self._machine, [path]))
        except UnsafePath as error:
            self._refused(path, error.message)

    async def remove(self, path: str) -> None:
        """Remove a file."""
        try:
            await to_its_end(self._machine.remove_files([path]))
        except UnsafePath as error:
            self._refused(path, error.message)

    async def clear(self, path: str) -> None:
        """Remove what is no file: a folder of empty folders, a link or the like."""
        try:
            await to_its_end(self._machine.remove_tree(path))
        except UnsafePath as error:
            self._refused(path, error.message)
