"""Making an archive of a project's files, file by file."""

from collections.abc import Iterable

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord
from aura_gql.storage.archives.ports import ArchiveWriter
from aura_gql.storage.archives.values import ArchiveFormat, Entry
from aura_gql.storage.archives.writing import open_archive
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.storage.spooling import Spool, in_thread


async def pack(blobs: BlobStore, kind: ArchiveFormat, records: Iterable[FileRecord], spool: Spool) -> None:
    """Write the archive of `records`, which are files and kept folders, into a spool, by path.

    BlobNotFound, BlobCorrupted, StorageUnavailable.
    """
    writer = await in_thread(open_archive, kind, spool.file)
    try:
        for record in sorted(records, key=lambda record: record.path):
            await _add(blobs, writer, record)
        await in_thread(writer.close)
    except BaseException:
        await in_thread(writer.abandon)
        raise
    await in_thread(spool.file.flush)


async def _add(blobs: BlobStore, writer: ArchiveWriter, record: FileRecord) -> None:
    is_folder = record.entry is EntryKind.FOLDER
    await in_thread(writer.begin, Entry(record.path, record.size, record.executable, is_folder))
    if is_folder:
        return
    async for chunk in blobs.read(BlobKey(record.scope, record.sha256)):
        await in_thread(writer.write, chunk)
