"""A catalogue over a folder of templates that the test writes."""

from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.contents.documents import TemplateCacheDocument, TemplateDependencyDocument
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.service import TemplateService
from tests.support.mongo import init_documents
from tests.support.templates import FolderIntake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the source reads."""
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "storage")


@pytest.fixture
async def templates(database: Database, folder: Path, blobs: LocalBlobStore) -> TemplateService:
    """The service; nothing is loaded yet."""
    await init_documents(database, [ProjectTemplateDocument, TemplateCacheDocument, TemplateDependencyDocument])
    return TemplateService(blobs)


@pytest.fixture
def intake(folder: Path, blobs: LocalBlobStore) -> FolderIntake:
    """Takes in what the folder has."""
    return FolderIntake(folder, blobs)
