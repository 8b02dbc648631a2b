"""The API that the rooms' tests call."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from tests.support.api import Api, Member, running_api


@pytest.fixture
async def api(mongodb_uri: str, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """A running server on an empty database."""
    async with running_api(mongodb_uri, tmp_path, database) as running:
        yield running


@pytest.fixture
async def ada(api: Api) -> Member:
    """A user."""
    return await api.sign_in("ada")


@pytest.fixture
async def eve(api: Api) -> Member:
    """Another user, who should see nothing of the first."""
    return await api.sign_in("eve")
