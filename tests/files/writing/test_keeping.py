"""A save goes beside the keeping of its bytes, and is not there before these are safe."""

import asyncio
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.files.records import RevisionSource
from aura_gql.files.service import FileService
from aura_gql.files.usage.service import FileUsage
from aura_gql.files.writing.writer import FileWriter
from aura_gql.infra.bus import InProcessBus
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.local.store import LocalBlobStore
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.quotas.records import QuotaLimits
from aura_gql.storage.quotas.service import StorageQuotas
from tests.files.world import ADA, World
from tests.files.writing.plans import put


class SlowDisk(LocalBlobStore):
    """A folder on a disk that takes its time, and then may fail."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.fails = False
        self.near = True

    @property
    def is_near(self) -> bool:
        """As a test wants."""
        return self.near

    async def put(self, scope: str, data: bytes) -> BlobKey:
        """As the port says."""
        self.asked.set()
        await self.answers.wait()
        if self.fails:
            raise StorageUnavailable("The disk is broken.")
        return await super().put(scope, data)


@pytest.mark.parametrize("fails", [False, True])
async def test_nothing_is_named_before_it_is_safe(world: World, tmp_path: Path, fails: bool) -> None:
    disk = SlowDisk(tmp_path / "slow")
    files = FileService(world.projects, disk, world.files.limits, InProcessBus())
    project = await world.project()

    saving = asyncio.create_task(files.save(ADA, project, "a.txt", b"text", 0))
    await disk.asked.wait()
    # Time for all that does not wait for the disk.
    for _ in range(5):
        assert await world.rows(project) == {"project_files": 0, "file_versions": 0, "project_storage": 0}
    assert not saving.done()
    disk.fails = fails
    disk.answers.set()

    if fails:
        with pytest.raises(StorageUnavailable):
            await saving
    else:
        assert await files.content(await saving) == b"text"
    assert (await world.rows(project))["file_versions"] == await world.revision(project) == int(not fails)


async def test_a_batch_that_was_done_meanwhile_is_not_done_again(world: World, tmp_path: Path) -> None:
    """Its key was used for the same, and somebody has changed the file since."""
    bucket = SlowDisk(tmp_path)
    bucket.near = False
    late = FileService(world.projects, bucket, world.files.limits, InProcessBus()).writer
    project, key, batch = await world.project(), ObjectId(), [put("a.txt", "text")]

    again = asyncio.create_task(late.apply(ADA, project, batch, source=RevisionSource.BATCH, operation_id=key))
    await bucket.asked.wait()
    first = await world.files.writer.apply(ADA, project, batch, source=RevisionSource.BATCH, operation_id=key)
    newer = await world.save(project, "a.txt", b"newer", 1)
    bucket.answers.set()

    assert await again == first
    assert await world.files.get(ADA, project, "a.txt") == newer


async def test_nobody_else_waits_for_a_disk_that_hangs(world: World, tmp_path: Path) -> None:
    disk, files = SlowDisk(tmp_path), world.files
    quotas = StorageQuotas(QuotaLimits(), [FileUsage()])
    writer = FileWriter(world.projects, disk, files.limits, world.bus, files.changes, quotas, kept_within_s=0.01)
    project = await world.project()

    saving = asyncio.create_task(writer.apply(ADA, project, [put("a.txt", "text")], source=RevisionSource.SAVE))
    await disk.asked.wait()
    other = await world.save(project, "b.txt", b"other")
    assert not saving.done()
    disk.answers.set()

    assert (await saving).revision == other.revision + 1
    assert await files.content(await files.get(ADA, project, "a.txt")) == b"text"
