from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from tests.support.blob_world import World, blob_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    return await blob_world(database, tmp_path)
