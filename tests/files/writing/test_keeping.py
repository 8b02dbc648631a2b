"""A save goes beside the keeping of its bytes, and is not there before these are safe."""

import asyncio
from pathlib import Path

import pytest

from aura_gql.files.service import FileService
from aura_gql.infra.bus import InProcessBus
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.local.store import LocalBlobStore
from aura_gql.storage.ports import BlobKey
from tests.files.world import ADA, World


class SlowDisk(LocalBlobStore):
    """A folder on a disk that takes its time, and then may fail."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.fails = False

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
