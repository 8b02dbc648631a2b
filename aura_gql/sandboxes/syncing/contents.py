"""The bytes of a project's files on their way into machines, a group at a time so that memory stays bounded."""

import asyncio
from collections.abc import Iterator, Sequence

from bson import ObjectId

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord
from aura_gql.files.service import FileService
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.folders import make_folders
from aura_gql.sandboxes.values import SandboxFile

_GROUP_FILES = 64
# Nothing runs in a new machine, so nobody waits for a look at what a group would replace; each costs a round trip.
_NEW_GROUP_FILES = 512
_GROUP_BYTES = 8 * 1024 * 1024
_READS_AT_ONCE = 8


class ProjectContents:
    """Reads files from the project for machines."""

    def __init__(self, files: FileService) -> None:
        self._files = files
        self._reads = asyncio.Semaphore(_READS_AT_ONCE)

    async def fill(self, machine: Sandbox, project_id: ObjectId) -> int:
        """Write every file of a project into a new machine; the revision that it then holds, 0 for no files at all."""
        # Oldest change first, as a tree read by path may miss one that its highest revision claims to hold.
        files = await self._files.changed_since(project_id, 0)
        for group in groups([file for file in files if file.entry is EntryKind.FILE], _NEW_GROUP_FILES):
            await machine.write_files(await self.load(group))
        await make_folders(machine, [file.path for file in files if file.entry is EntryKind.FOLDER])
        return max((file.revision for file in files), default=0)

    async def load(self, files: Sequence[FileRecord]) -> list[SandboxFile]:
        """The files as machines take them; some are read side by side."""
        try:
            async with asyncio.TaskGroup() as group:
                reads = [group.create_task(self.read(file)) for file in files]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        return [SandboxFile(file.path, read.result(), file.executable) for file, read in zip(files, reads, strict=True)]

    async def read(self, file: FileRecord) -> bytes:
        """The bytes of one."""
        async with self._reads:
            return await self._files.content(file)


def groups(files: Sequence[FileRecord], most: int = _GROUP_FILES) -> Iterator[Sequence[FileRecord]]:
    """Files in an order that stays, so many that they fit into memory side by side, and no more than `most`."""
    start, size = 0, 0
    for end, file in enumerate(files):
        if end > start and (end - start >= most or size + file.size > _GROUP_BYTES):
            yield files[start:end]
            start, size = end, 0
        size += file.size
    if start < len(files):
        yield files[start:]
