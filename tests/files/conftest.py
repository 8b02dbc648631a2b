from pathlib import Path

import pytest

from aura_gql.files.limits import FileLimits
from aura_gql.infra.mongo import Database
from tests.files.world import World, make_world


@pytest.fixture
def limits() -> FileLimits:
    """Small enough to reach."""
    return FileLimits(max_file_bytes=1_000, max_files=20, max_project_bytes=5_000)


@pytest.fixture
async def world(database: Database, tmp_path: Path, limits: FileLimits) -> World:
    return await make_world(database, tmp_path, limits)
