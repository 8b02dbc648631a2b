import shutil
from pathlib import Path

import pytest
from beanie import Document

from aura_gql.files.documents import FILE_DOCUMENTS
from aura_gql.files.limits import FileLimits
from aura_gql.files.service import FileService
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.documents import IdempotencyKeyDocument, JobDocument
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database
from aura_gql.projects.deletion import ProjectDeletion
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.initialisation import ProjectInitialisation
from aura_gql.projects.service import ProjectService
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.contents.documents import TemplateCacheDocument, TemplateDependencyDocument
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.service import TemplateService
from aura_gql.templates.sources.bundled import BUNDLED_FOLDER, BundledTemplates
from tests.projects.world import Sandboxes, World
from tests.support.jobs import QUICK
from tests.support.mongo import init_documents

_DOCUMENTS: list[type[Document]] = [
    ProjectTemplateDocument,
    TemplateCacheDocument,
    TemplateDependencyDocument,
    ProjectDocument,
    IdempotencyKeyDocument,
    JobDocument,
    *FILE_DOCUMENTS,
]


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    """The room with two of the bundled templates; the queue takes jobs, and runs them once it is started."""
    await init_documents(database, _DOCUMENTS)
    for slug in ("python-script", "express"):
        shutil.copytree(BUNDLED_FOLDER / slug, tmp_path / "templates" / slug)
    blobs, bus, jobs = LocalBlobStore(tmp_path / "blobs"), InProcessBus(), DurableJobs(exclusive=True, timing=QUICK)
    templates = TemplateService(blobs)
    intake = TemplateIntake(blobs)
    await intake.take_in(BundledTemplates(tmp_path / "templates"))
    projects = ProjectService(templates, MongoIdempotencyKeys(), jobs, bus, max_projects_per_user=5)
    files = FileService(projects, blobs, FileLimits(100_000, 100, 1_000_000), bus)
    sandboxes = Sandboxes()
    ProjectInitialisation(templates, files, sandboxes, bus).register(jobs)
    ProjectDeletion([sandboxes, files]).register(jobs)
    return World(database, bus, jobs, templates, projects, files, sandboxes, tmp_path / "templates", intake)
