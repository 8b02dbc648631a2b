"""Fixtures that every room's tests share."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from pymongo import AsyncMongoClient

from aura_gql.infra.mongo import Database, MongoDocument
from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.settings_groups import DatabaseSettings
from tests.support.emptied_database import EmptiedDatabase
from tests.support.mongo import scratch_folder
from tests.support.seaweed import Seaweed, running_seaweed


def pytest_configure() -> None:
    """Whatever proxy this host has, it is none for the loopback: the SDKs of vendors would ask it even there."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))


def pytest_collection() -> None:
    """Look for no garbage while everything is imported: there is hardly any."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Never look again through what was collected, which lives as long as the run: that took a fifth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    gc.enable()


@pytest.fixture(scope="session")
def mongodb_uri() -> Iterator[str]:
    """The URI of a real mongod, one for each test process, which dies with it."""
    with scratch_folder() as folder, asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        mongod = EmbeddedMongod(folder, executable=DatabaseSettings().aura_mongod)
        uri = runner.run(mongod.start())
        try:
            # PyMongo 4.20 leaks the second monitoring socket of a client that is closed while that connects.
            yield f"{uri}&serverMonitoringMode=poll"
        finally:
            if mongod.pid is not None:
                os.kill(mongod.pid, signal.SIGKILL)  # After hundreds of databases a polite end takes up to 20 seconds.
            runner.run(mongod.stop())


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    """A real S3 server, one for each test process that has a use for it."""
    with scratch_folder() as folder, asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        running = running_seaweed(folder)
        yield runner.run(running.__aenter__())
        runner.run(running.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def emptied_database() -> EmptiedDatabase:
    """What `database` lends, one for each test process."""
    return EmptiedDatabase()


@pytest.fixture
async def database(mongodb_uri: str, emptied_database: EmptiedDatabase) -> AsyncIterator[Database]:
    """A database of the test's own with all our collections, and nothing in them; Beanie is not initialised."""
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        lent = await emptied_database.lend(client)
        yield lent
        await emptied_database.take_back(lent)
