"""What a large archive costs in memory: made, brought and restored, each by streams that hold a few buffers."""

import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bson import ObjectId

from aura_gql.files.archives.records import ArchiveRecord, ArchiveStatus, RestoreMode, RestoreWish
from aura_gql.files.archives.sources import SentArchive
from aura_gql.files.records import RevisionSource
from aura_gql.files.versions import scope_of
from aura_gql.files.writing.operations import PutFile, StoredContent
from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.records import NewProject
from aura_gql.server import Server
from aura_gql.settings_groups import DatabaseSettings
from aura_gql.storage.archives.values import ArchiveFormat
from aura_gql.storage.ports import BlobKey, BlobStore
from tests.benchmarks.archive_server import archive_server
from tests.support.mongo import scratch_folder

MOST_GROWTH_MIB = 100
_OWNER = "bench"
_MIB = 1024 * 1024
_FILE_BYTES = 9 * _MIB
_PIECE_BYTES = 256 * 1024
_COLUMNS = "{:>24} {:>10} {:>8} {:>12}"


@dataclass(frozen=True, slots=True)
class Passage:
    """What one archive cost on its way: its MiB, seconds, and the MiB of memory beyond what the server had at first."""

    what: str
    archive_mib: float
    seconds: float
    growth_mib: float


def header() -> str:
    """The heads of the columns of `line`."""
    return _COLUMNS.format("passage", "MiB", "s", "RSS + MiB")


def line(passage: Passage) -> str:
    """What a passage cost."""
    figures = (f"{passage.archive_mib:.0f}", f"{passage.seconds:.1f}", f"{passage.growth_mib:.0f}")
    return _COLUMNS.format(passage.what, *figures)


def verdict(passage: Passage) -> list[str]:
    """What is wrong with it."""
    if passage.growth_mib < MOST_GROWTH_MIB:
        return []
    return [f"{passage.what}: memory grew by {passage.growth_mib:.0f} MiB; less than {MOST_GROWTH_MIB} is the goal."]


async def passages(mib: int) -> AsyncIterator[Passage]:
    """An archive of about `mib` MiB that can't be compressed, through a server of its own in this process."""
    with scratch_folder() as folder, tempfile.TemporaryDirectory() as disk:
        mongod = EmbeddedMongod(folder / "mongodb", executable=DatabaseSettings().aura_mongod)
        uri = await mongod.start()
        try:
            async for passage in through(uri, Path(disk), mib):
                yield passage
        finally:
            await mongod.stop()


async def through(uri: str, disk: Path, mib: int) -> AsyncIterator[Passage]:
    """The same with a MongoDB that is there, and everything else in a folder."""
    async with archive_server(uri, disk, mib * _MIB) as server:
        async for passage in _passages(server, disk, mib):
            yield passage


async def _passages(server: Server, disk: Path, mib: int) -> AsyncIterator[Passage]:
    archives, before = server.services.archives, _rss_mib()
    project, other = await _project(), await _project()
    await _fill(server, project, disk / "noise", mib * _MIB)
    made: ArchiveRecord | None = None
    for kind in (ArchiveFormat.TAR_ZST, ArchiveFormat.ZIP):
        passage, made = await _measured(f"made, {kind}", before, lambda kind=kind: _made(server, project, kind))  # type: ignore[misc]
        yield passage
    assert made is not None
    assert made.facts is not None
    brought = _Kept(server.blobs, BlobKey(scope_of(project), made.facts.sha256), made.facts.size)

    async def upload() -> ArchiveRecord:
        return (await archives.upload(_OWNER, other, SentArchive(brought)))[0]

    passage, kept = await _measured("uploaded", before, upload)
    yield passage

    async def restore() -> ArchiveRecord:
        await archives.restore(_OWNER, other, kept.id, RestoreWish(0, RestoreMode.REPLACE))
        return kept

    passage, _ = await _measured("restored", before, restore)
    yield passage


@dataclass(frozen=True, slots=True)
class _Kept:
    """A kept archive, as somebody brings it."""

    blobs: BlobStore
    key: BlobKey
    size: int

    @property
    def sha256(self) -> str:
        return self.key.sha256

    def chunks(self) -> AsyncIterator[bytes]:
        return self.blobs.read(self.key)


async def _measured(
    what: str, before_mib: float, work: Callable[[], Awaitable[ArchiveRecord]]
) -> tuple[Passage, ArchiveRecord]:
    # Has the kernel begin anew with the most that was ever resident.
    Path("/proc/self/clear_refs").write_text("5")
    started = time.perf_counter()
    record = await work()
    seconds, size = time.perf_counter() - started, record.facts.size if record.facts else 0
    return Passage(what, size / _MIB, seconds, _peak_mib() - before_mib), record


async def _made(server: Server, project: ObjectId, kind: ArchiveFormat) -> ArchiveRecord:
    record = await server.services.archives.create(_OWNER, project, kind)
    async for change in server.services.archives.follow(_OWNER, record.id):
        record = change
    if record.status is not ArchiveStatus.COMPLETED:
        raise RuntimeError(record.status_message or "The archive failed.")
    return record


async def _project() -> ObjectId:
    project = ObjectId()
    new = NewProject(name="Large", template_id=ObjectId())
    await ProjectDocument.add(project, _OWNER, new, SandboxProviderName.LOCAL)
    await ProjectDocument.get_pymongo_collection().update_one({"_id": project}, {"$set": {"status": "READY"}})
    return project


async def _fill(server: Server, project: ObjectId, source: Path, size: int) -> None:
    """Files of noise, piece by piece, so that this costs no memory either."""
    operations = []
    for number in range(size // _FILE_BYTES + 1):
        file_size = min(_FILE_BYTES, size - number * _FILE_BYTES)
        with source.open("wb") as file:
            for left in range(file_size, 0, -_PIECE_BYTES):
                file.write(os.urandom(min(left, _PIECE_BYTES)))
        blob = await server.blobs.put_file(scope_of(project), source)
        content = StoredContent(blob, file_size, is_binary=True)
        operations.append(PutFile(f"noise/{number}.bin", content))
    source.unlink()
    await server.services.files.writer.apply(_OWNER, project, operations, source=RevisionSource.BATCH)


def _rss_mib() -> float:
    return _status("VmRSS:")


def _peak_mib() -> float:
    return _status("VmHWM:")


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024
