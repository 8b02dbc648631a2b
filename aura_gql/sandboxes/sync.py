"""Pushing a project's files into a machine: files are the truth, the machine's disk is a cache."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import PurePosixPath

from bson import ObjectId

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord, VersionKind
from aura_gql.files.service import FileService
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.registry import LiveSandbox
from aura_gql.sandboxes.values import SandboxFile

_GROUP_FILES = 64
_GROUP_BYTES = 8 * 1024 * 1024
_READS_AT_ONCE = 8


class FileSync:
    """Reads files from the project and writes them to machines, a group at a time so that memory stays bounded."""

    def __init__(self, files: FileService) -> None:
        self._files = files
        self._reads = asyncio.Semaphore(_READS_AT_ONCE)

    async def push_all(self, machine: Sandbox, project_id: ObjectId) -> int:
        """Write every file of a project; the revision that the machine then holds, 0 for a project without files."""
        # Oldest change first, as a tree read by path may miss one that its highest revision claims to hold.
        present = await self._files.changed_since(project_id, 0)
        await self._push(machine, present)
        return max((file.revision for file in present), default=0)

    async def push_changes(self, sandbox_id: ObjectId, live: LiveSandbox) -> None:
        """Remove and write what changed since the last push. Two at once push once, and both return when it is done."""
        async with live.sync_lock:
            changed = await self._files.changes_since(live.project_id, live.synced_revision)
            if not changed:
                return
            gone = [version.file for version in changed if version.kind is VersionKind.DELETED]
            there = [version.file for version in changed if version.kind is not VersionKind.DELETED]
            await _remove(live.machine, gone, there)
            await self._push(live.machine, there)
            live.synced_revision = max(version.file.revision for version in changed)
            await SandboxSession.set_synced_revision(sandbox_id, live.synced_revision)

    async def _push(self, machine: Sandbox, entries: Sequence[FileRecord]) -> None:
        async for group in self._groups([entry for entry in entries if entry.entry is EntryKind.FILE]):
            await machine.write_files(group)

    async def _groups(self, files: Sequence[FileRecord]) -> AsyncIterator[list[SandboxFile]]:
        start, size = 0, 0
        for end, file in enumerate(files):
            if end > start and (end - start >= _GROUP_FILES or size + file.size > _GROUP_BYTES):
                yield await self._load(files[start:end])
                start, size = end, 0
            size += file.size
        if start < len(files):
            yield await self._load(files[start:])

    async def _load(self, files: Sequence[FileRecord]) -> list[SandboxFile]:
        try:
            async with asyncio.TaskGroup() as group:
                reads = [group.create_task(self._read(file)) for file in files]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        return [SandboxFile(file.path, read.result(), file.executable) for file, read in zip(files, reads, strict=True)]

    async def _read(self, file: FileRecord) -> bytes:
        async with self._reads:
            return await self._files.content(file)


async def _remove(machine: Sandbox, gone: Sequence[FileRecord], there: Sequence[FileRecord]) -> None:
    """Take files away, with the folders that they were in where a file has come to be in the place of one. Before
    anything is written: there may also be a folder where a file was.
    """
    await machine.remove_files([file.path for file in gone if file.entry is EntryKind.FILE])
    emptied = {str(folder) for file in gone for folder in PurePosixPath(file.path).parents}
    for file in there:
        if file.entry is EntryKind.FILE and file.path in emptied:
            await machine.remove_tree(file.path)
