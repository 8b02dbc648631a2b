from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.files.archives.records import ArchiveBounds
from aura_gql.files.archives.service import ArchiveService
from aura_gql.files.archives.spooling import Spools
from aura_gql.files.archives.usage import ArchiveUsage
from aura_gql.files.limits import FileLimits
from aura_gql.files.usage.service import FileUsage
from aura_gql.infra.documents import JobDocument
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.records import QuotaLimits
from aura_gql.storage.quotas.service import StorageQuotas
from tests.files.archives.room import ArchiveRoom
from tests.files.world import World
from tests.support.jobs import QUICK
from tests.support.mongo import init_documents


@pytest.fixture
def limits() -> FileLimits:
    """Enough for a few files of all sizes."""
    return FileLimits(max_file_bytes=3_000_000, max_files=40, max_project_bytes=5_000_000)


@pytest.fixture
async def room(world: World, tmp_path: Path) -> AsyncIterator[ArchiveRoom]:
    await init_documents(world.database, [JobDocument, UserStorageDocument])
    quotas = StorageQuotas(QuotaLimits(max_bytes=20_000_000), [FileUsage(), ArchiveUsage()])
    jobs, spools = DurableJobs(exclusive=True, timing=QUICK), Spools(tmp_path / "spools")
    reading = ArchiveLimits(max_file_bytes=3_000_000, max_total_bytes=5_000_000)
    archives = ArchiveService(
        world.projects,
        world.files,
        world.blobs,
        quotas,
        MongoIdempotencyKeys(),
        jobs,
        world.bus,
        spools,
        ArchiveBounds(max_per_project=3, max_archive_bytes=6_000_000, reading=reading),
    )
    room = ArchiveRoom(world, archives, quotas, jobs, tmp_path / "spools")
    yield room
    await jobs.stop()
    assert room.spooled() == []
