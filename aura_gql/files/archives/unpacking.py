"""Taking the files out of an archive that has been looked through: blobs first, then operations."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from aura_gql.files.archives.records import RestoreMode
from aura_gql.files.changes.records import EntryKind
from aura_gql.files.paths import clean_path, path_key
from aura_gql.files.records import FileRecord
from aura_gql.files.writing.operations import DeletePath, Operation, PutFile, PutFolder, StoredContent
from aura_gql.storage.archives.inspection import CheckedEntry, Inspection
from aura_gql.storage.archives.reading import read_archive
from aura_gql.storage.archives.values import ArchiveLimits, PathRules
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.storage.spooling import Spool, Spools, in_thread
from aura_gql.storage.sweeping.guard import BlobGuard

PATH_RULES = PathRules(clean_path, path_key)
# A larger file goes through the disk, so that a few at once stay small.
_IN_MEMORY_BYTES = 1024 * 1024
_AT_ONCE = 8

Stored = dict[str, StoredContent]
"""What is safely in the store, by SHA-256."""


class Unpacker:
    """Puts the files of archives into the blob store."""

    def __init__(self, blobs: BlobStore, spools: Spools) -> None:
        self._blobs = blobs
        self._spools = spools
        self._guard = BlobGuard()

    async def keep(self, spool: Spool, found: Inspection, limits: ArchiveLimits, scope: str, known: Stored) -> Stored:
        """Keep the bytes of each file in `scope`, but for those that are `known`; all of them, those included.

        A few at once, each in memory or, where it is large, on the disk. StorageUnavailable.
        """
        stored = dict(known)
        wanted = {each.sha256: each for each in found.entries if not each.entry.is_folder and each.sha256 not in known}
        claim = await self._guard.claim([BlobKey(scope, digest) for digest in wanted])
        turns = asyncio.Semaphore(_AT_ONCE)
        source = _Source(spool.file, limits, found)

        async def put(checked: CheckedEntry, data: bytes) -> None:
            try:
                stored[checked.sha256] = _content(await self._blobs.put(scope, data), checked)
            finally:
                turns.release()

        try:
            async with asyncio.TaskGroup() as group:
                while checked := await in_thread(source.next_of, wanted):
                    del wanted[checked.sha256]
                    await claim.hold()
                    if checked.entry.size > _IN_MEMORY_BYTES:
                        stored[checked.sha256] = await self._put_large(source, checked, scope)
                        continue
                    await turns.acquire()
                    group.create_task(put(checked, await in_thread(source.read)))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        return stored

    async def _put_large(self, source: "_Source", checked: CheckedEntry, scope: str) -> StoredContent:
        with self._spools.open() as spool:
            await in_thread(source.copy, spool.file)
            return _content(await self._blobs.put_file(scope, spool.path), checked)


class _Source:
    """The entries of an archive once more, as they were found. Blocks."""

    def __init__(self, file: IO[bytes], limits: ArchiveLimits, found: Inspection) -> None:
        self._entries = zip(found.entries, read_archive(file, limits, PATH_RULES), strict=True)
        self._data: Iterator[bytes] = iter(())

    def next_of(self, wanted: Mapping[str, CheckedEntry]) -> CheckedEntry | None:
        """The next whose bytes are wanted; None behind the last."""
        for checked, (_, data) in self._entries:
            if checked.sha256 in wanted and not checked.entry.is_folder:
                self._data = data
                return checked
        return None

    def read(self) -> bytes:
        """All its bytes."""
        return b"".join(self._data)

    def copy(self, file: IO[bytes]) -> None:
        """Its bytes into a file."""
        for piece in self._data:
            file.write(piece)
        file.flush()


def known_contents(records: Sequence[FileRecord]) -> Stored:
    """The bytes that the project has already, wherever they lie."""
    return {
        record.sha256: StoredContent(BlobKey(record.scope, record.sha256), record.size, record.is_binary)
        for record in records
        if record.sha256
    }


def operations_of(
    found: Inspection, stored: Stored, present: Sequence[FileRecord], mode: RestoreMode
) -> list[Operation]:
    """What makes the project's files, of which `present` are all, those of the archive."""
    operations: list[Operation] = []
    if mode is RestoreMode.REPLACE:
        staying = {(checked.entry.path, checked.entry.is_folder) for checked in found.entries}
        leaving = (each.path for each in present if (each.path, each.entry is EntryKind.FOLDER) not in staying)
        # What is in a folder before the folder: a removed folder takes all with it.
        operations += [DeletePath(path) for path in sorted(leaving, reverse=True)]
    for checked in found.entries:
        entry = checked.entry
        if entry.is_folder:
            operations.append(PutFolder(entry.path))
        else:
            operations.append(PutFile(entry.path, stored[checked.sha256], executable=entry.executable))
    return operations


def _content(blob: BlobKey, checked: CheckedEntry) -> StoredContent:
    return StoredContent(blob, checked.entry.size, checked.is_binary)
