"""Making one file of two that began from one, and keeping a version that is about to be overwritten."""

import asyncio
import hashlib
from dataclasses import dataclass

from bson import ObjectId

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord, RevisionSource
from aura_gql.files.service import FileService
from aura_gql.files.writing.operations import DeletePath, Operation, PutFile, StoredContent
from aura_gql.kernel.background import to_its_end
from aura_gql.sandboxes.syncing.looking import Seen
from aura_gql.sandboxes.syncing.merging import MAX_MERGE_BYTES, merge
from aura_gql.sandboxes.syncing.values import file_of
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobKey


@dataclass(frozen=True, slots=True)
class Bytes:
    """The content of a file, as it was read or made."""

    data: bytes
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> "Bytes":
        """Content of these bytes."""
        return cls(data, hashlib.sha256(data).hexdigest())

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.data)

    async def read(self) -> bytes:
        """All of them."""
        return self.data


class Merger:
    """Merges files of a project with what a sandbox has."""

    def __init__(self, files: FileService) -> None:
        self._files = files

    async def merged(self, base: FileRecord, ours: FileRecord, seen: Seen) -> PutFile | None:
        """The operation that makes the project's file the merged one; None where they can't be merged."""
        theirs = seen.entry
        if theirs is None or seen.data is None:
            return None
        content = await self._content(base, ours, Bytes(seen.data, theirs.sha256))
        if content is None:
            return None
        executable = theirs.executable if ours.executable == base.executable else ours.executable
        return PutFile(ours.path, content, expected_version=ours.version, executable=executable)

    async def _content(self, base: FileRecord, ours: FileRecord, theirs: Bytes) -> Bytes | StoredContent | None:
        if ours.sha256 == base.sha256:
            return theirs
        if theirs.sha256 in (base.sha256, ours.sha256):
            return stored(ours)
        if base.is_binary or ours.is_binary or max(base.size, ours.size, theirs.size) > MAX_MERGE_BYTES:
            return None
        try:
            texts = await asyncio.gather(self._files.content(base), self._files.content(ours))
        except BlobNotFound:
            return None
        text = await asyncio.to_thread(merge, *texts, theirs.data)
        return None if text is None else Bytes.of(text)

    async def apply(self, author: str, project_id: ObjectId, operation: Operation) -> FileRecord | None:
        """Do one operation; the file that is then at its path. Errors as those of the writer."""
        batch = await self._files.writer.apply(author, project_id, [operation], source=RevisionSource.SYNC)
        for row in batch.changed:
            if row.file.path == operation.path:
                return file_of(row)
        return next(iter(batch.kept), None)

    async def keep(
        self, author: str, project_id: ObjectId, path: str, ours: FileRecord | None, theirs: PutFile
    ) -> FileRecord | None:
        """Have a version of the sandbox in the project's history, and the project's own as the newest again; that one.

        It is two revisions: whoever is cut off between them finds the sandbox's version, and the project's before it.
        """
        return await to_its_end(self._keep(author, project_id, path, ours, theirs))

    async def _keep(
        self, author: str, project_id: ObjectId, path: str, ours: FileRecord | None, theirs: PutFile
    ) -> FileRecord | None:
        kept = await self.apply(author, project_id, theirs)
        version = kept.version if kept else None
        if ours is None:
            return await self.apply(author, project_id, DeletePath(path, version))
        return await self.apply(author, project_id, PutFile(path, stored(ours), version, ours.executable))


def stored(record: FileRecord) -> StoredContent:
    """The content of a file that the project has or had."""
    return StoredContent(BlobKey(record.scope, record.sha256), record.size, record.is_binary)


def put_of(path: str, ours: FileRecord | None, seen: Seen) -> PutFile:
    """The operation that makes the project's file what was read in the sandbox, from the version that is there."""
    entry, data = seen.entry, seen.data
    if entry is None or data is None:
        raise ValueError(f"{path} has not been read.")
    version = ours.version if ours is not None and ours.entry is EntryKind.FILE else 0
    return PutFile(path, Bytes(data, entry.sha256), version, entry.executable)
