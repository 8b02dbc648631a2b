"""The archives of a project after a crash: those that are COMPLETED are there, whole, and hold their revision."""

import io
import zipfile
from collections.abc import Iterable

from bson import ObjectId

from aura_gql.files.archives.records import ArchiveRecord, ArchiveStatus
from aura_gql.server import Server
from aura_gql.storage.ports import BlobKey
from tests.support.crashes.words import ArchivePromise, digest
from tests.support.waiting import until


class Archives:
    """What was promised of the archives of one project, held against what is there."""

    def __init__(self, server: Server, project_id: ObjectId) -> None:
        self._server = server
        self._project_id = project_id
        self._promised: dict[str, str] = {}
        self._known: set[ObjectId] = set()

    async def look(self, promises: Iterable[ArchivePromise]) -> list[str]:
        """What is wrong, with what the last process told."""
        for promise in promises:
            if promise.sha256 is None:
                self._promised.pop(promise.archive, None)
            else:
                self._promised[promise.archive] = promise.sha256
        wrong = []
        there = {}
        for archive in await self._archives():
            if archive.status is not ArchiveStatus.COMPLETED:
                continue
            there[str(archive.id)] = archive.facts.sha256 if archive.facts else None
            if archive.id not in self._known and not await self._is_whole(archive):
                wrong.append(f"the archive {archive.id} of revision {archive.revision} is not what was there then")
            self._known.add(archive.id)
        lost = {id: sha256 for id, sha256 in self._promised.items() if there.get(id) != sha256}
        return [*wrong, *(f"the archive {id} is lost" for id in lost)]

    async def settled(self) -> None:
        """Wait until none is on its way, while jobs run."""

        async def are_settled() -> bool:
            return all(archive.is_settled for archive in await self._archives())

        await until(are_settled)

    async def _archives(self) -> list[ArchiveRecord]:
        return (await self._server.services.archives.of_projects([self._project_id]))[self._project_id]

    async def _is_whole(self, archive: ArchiveRecord) -> bool:
        if archive.facts is None or archive.revision is None:
            return False
        scope = f"projects/{self._project_id}"
        data = await self._server.blobs.get(BlobKey(scope, archive.facts.sha256))
        tree = await self._server.services.files.tree_as_of(self._project_id, archive.revision)
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            held = {name: digest(opened.read(name)) for name in opened.namelist()}
        return held == {path: file.sha256 for path, file in tree.items()}
