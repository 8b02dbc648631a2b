import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from aura_gql.files.archives.records import ArchiveBounds
from aura_gql.files.archives.service import ArchiveService
from aura_gql.files.archives.usage import ArchiveUsage
from aura_gql.files.limits import FileLimits
from aura_gql.files.service import FileService
from aura_gql.files.uploads.service import FileUploads
from aura_gql.files.usage.service import FileUsage
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database, MongoDocument
from aura_gql.projects.service import ProjectService
from aura_gql.server import DOCUMENTS
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.storage.backends.local.store import LocalBlobStore
from aura_gql.storage.quotas.records import QuotaLimits
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.spooling import Spools
from aura_gql.templates.service import TemplateService
from tests.files.archives.room import ArchiveRoom
from tests.files.world import World
from tests.support.jobs import QUICK
from tests.support.mongo import init_documents

LIMITS = FileLimits(max_file_bytes=3_000_000, max_files=40, max_project_bytes=5_000_000)
READING = ArchiveLimits(max_file_bytes=3_000_000, max_total_bytes=5_000_000)
BOUNDS = ArchiveBounds(max_per_project=3, max_archive_bytes=6_000_000, reading=READING)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that share a database on one event loop: making its collections costs more than most of them."""
    for item in items:
        if "room" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def collections(mongodb_uri: str) -> AsyncIterator[Database]:
    """A database with all collections, for the tests of a module."""
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        database = client[f"test_{secrets.token_hex(8)}"]
        await init_documents(database, DOCUMENTS)
        yield database
        await client.drop_database(database.name)


@pytest_asyncio.fixture(loop_scope="module")
async def room(collections: Database, tmp_path: Path) -> AsyncIterator[ArchiveRoom]:
    """The room, with nothing in it."""
    for name in await collections.list_collection_names():
        await collections[name].delete_many({})
    blobs, bus, keys = LocalBlobStore(tmp_path), InProcessBus(), MongoIdempotencyKeys()
    jobs, spools = DurableJobs(exclusive=True, timing=QUICK), Spools(tmp_path / "spools")
    quotas = StorageQuotas(QuotaLimits(max_bytes=20_000_000), [FileUsage(), ArchiveUsage()])
    projects = ProjectService(TemplateService(blobs), keys, jobs, bus)
    files = FileService(projects, blobs, LIMITS, bus, quotas)
    world = World(collections, blobs, bus, projects, files, FileUploads(projects, files.writer, keys))
    archives = ArchiveService(projects, files, blobs, quotas, keys, jobs, bus, spools, BOUNDS)
    made = ArchiveRoom(world, archives, quotas, jobs, tmp_path / "spools")
    yield made
    await jobs.stop()
    assert made.spooled() == []
