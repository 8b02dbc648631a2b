from pathlib import Path

import pytest

from aura_gql.files.documents import FILE_DOCUMENTS
from aura_gql.files.limits import FileLimits
from aura_gql.files.service import FileService
from aura_gql.files.uploads.service import FileUploads
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.documents import IdempotencyKeyDocument
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.service import ProjectService
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.service import TemplateService
from aura_gql.templates.sources.bundled import BundledTemplates
from tests.files.world import World
from tests.support.mongo import init_documents


@pytest.fixture
def limits() -> FileLimits:
    """Small enough to reach."""
    return FileLimits(max_file_bytes=1_000, max_files=20, max_project_bytes=5_000)


@pytest.fixture
async def world(database: Database, tmp_path: Path, limits: FileLimits) -> World:
    await init_documents(
        database,
        [ProjectDocument, *FILE_DOCUMENTS, IdempotencyKeyDocument],
    )
    blobs, bus = LocalBlobStore(tmp_path), InProcessBus()
    templates = TemplateService(BundledTemplates(), blobs)
    keys = MongoIdempotencyKeys()
    projects = ProjectService(templates, keys, DurableJobs(), bus)
    files = FileService(projects, blobs, limits, bus)
    return World(database, blobs, bus, projects, files, FileUploads(projects, files.writer, keys))
