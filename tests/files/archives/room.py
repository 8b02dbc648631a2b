"""The archives' room beside that of the files, and what tests ask of both again and again."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bson import ObjectId

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.files.archives.records import ArchiveRecord, RestoreWish
from aura_gql.files.archives.service import ArchiveService
from aura_gql.files.archives.sources import SentArchive
from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import RevisionSource
from aura_gql.files.writing.operations import PutFolder
from aura_gql.infra.jobs import DurableJobs
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.quotas.service import StorageQuotas
from tests.files.world import ADA, World
from tests.support.waiting import until

FILES = {"a.txt": b"hello", "src/large.bin": bytes(range(256)) * 8_000, "src/zeros": bytes(100_000)}


@dataclass
class Brought:
    """The bytes of an archive that somebody brings."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    async def chunks(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.data), 10_000):
            yield self.data[start : start + 10_000]


@dataclass
class ArchiveRoom:
    """The parts."""

    world: World
    archives: ArchiveService
    quotas: StorageQuotas
    jobs: DurableJobs
    folder: Path

    def spooled(self) -> list[Path]:
        """What lies among the spools."""
        return list(self.folder.glob("*"))

    async def project(self) -> ObjectId:
        """A project of Ada's with a few files, one of them executable, and a folder that is kept: revision 5."""
        project_id = await self.world.project()
        for path, data in FILES.items():
            await self.world.save(project_id, path, data)
        await self.world.files.save(ADA, project_id, "run.sh", b"#!/bin/sh\n", 0, True)
        await self.world.files.writer.apply(ADA, project_id, [PutFolder("empty")], source=RevisionSource.BATCH)
        return project_id

    async def made(
        self, project_id: ObjectId, kind: ArchiveFormat = ArchiveFormat.ZIP, key: str | None = None
    ) -> ArchiveRecord:
        """An archive that was asked for, once it is settled."""
        await self.jobs.start()
        record = await self.archives.create(ADA, project_id, kind, key)
        return await self.settled(record.id)

    async def settled(self, archive_id: ObjectId) -> ArchiveRecord:
        """The archive, once it will not change any more."""

        async def is_settled() -> bool:
            record = await ProjectArchiveDocument.find_record(archive_id)
            return record is not None and record.is_settled

        await until(is_settled)
        record = await ProjectArchiveDocument.find_record(archive_id)
        assert record is not None
        return record

    async def upload(
        self, project_id: ObjectId, data: bytes, wish: RestoreWish | None = None, key: str | None = None
    ) -> ArchiveRecord:
        """An archive that Ada brings."""
        record, _ = await self.archives.upload(ADA, project_id, SentArchive(Brought(data)), wish, key)
        return record

    async def bytes_of(self, record: ArchiveRecord) -> bytes:
        """An archive's own bytes."""
        assert record.facts is not None
        return await self.world.blobs.get(BlobKey(f"projects/{record.project_id}", record.facts.sha256))

    async def tree(self, project_id: ObjectId) -> dict[str, bytes]:
        """The project's files with their bytes; executable ones end in `*`, kept folders in `/`."""
        entries = await self.world.files.tree_as_of(project_id, await self.world.revision(project_id))
        found = {}
        for path, record in entries.items():
            if record.entry is EntryKind.FOLDER:
                found[f"{path}/"] = b""
            else:
                found[path + "*" * record.executable] = await self.world.files.content(record)
        return found

    async def used(self) -> tuple[int, int]:
        """The bytes of Ada's archives, as they are counted, and what is set aside."""
        stored = await self.quotas.stored(ADA)
        return stored.usage.archive_bytes, stored.reserved_bytes
