"""The API that the rooms' tests call: one server for each module, on a database of its own."""

import inspect
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from aura_gql.infra.mongo import MongoDocument
from tests.support.api import Api, Member, running_api


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that share a server on the event loop that runs it; others have a word of theirs called so."""
    for item in items:
        if "api" in getattr(item, "fixturenames", ()) and inspect.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """A running server."""
    folder: Path = tmp_path_factory.mktemp("api")
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        database = client[f"test_{secrets.token_hex(8)}"]
        async with running_api(mongodb_uri, folder, database) as running:
            yield running
        await client.drop_database(database.name)


@pytest_asyncio.fixture(loop_scope="module")
async def ada(api: Api) -> Member:
    """A user, new for each test."""
    return await api.sign_in(f"ada-{secrets.token_hex(4)}")


@pytest_asyncio.fixture(loop_scope="module")
async def eve(api: Api) -> Member:
    """Another user, who should see nothing of the first."""
    return await api.sign_in(f"eve-{secrets.token_hex(4)}")
