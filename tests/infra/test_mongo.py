"""The connection to MongoDB."""

import socket
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from beanie import Document
from pydantic import SecretStr
from pymongo import IndexModel
from pymongo.errors import (
    AutoReconnect,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from aura_gql.infra.mongo import Database, connect, is_database_unavailable
from aura_gql.settings_groups import DatabaseSettings
from tests.support.emptied_database import EmptiedDatabase
from tests.support.mongo import init_documents


class Thing(Document):
    name: str

    class Settings:
        name = "things"
        indexes: ClassVar = [IndexModel([("name", 1)], name="things_name", unique=True)]


async def test_documents_get_their_collections_and_indexes(database: Database) -> None:
    await init_documents(database, [Thing])
    await init_documents(database, [Thing])
    await Thing(name="one").insert()
    indexes = await database["things"].index_information()
    assert set(indexes) == {"_id_", "things_name"}


async def test_the_server_does_transactions(database: Database) -> None:
    async with database.client.start_session() as session, await session.start_transaction():
        await database["a"].insert_one({"_id": 1}, session=session)
        await database["b"].insert_one({"_id": 1}, session=session)
    assert await database["b"].count_documents({}) == 1


async def test_the_next_test_finds_the_database_as_this_one_did(
    database: Database, emptied_database: EmptiedDatabase
) -> None:
    await database["projects"].insert_one({"a": 1})
    await database["jobs"].create_index("foreign", unique=True)
    await database["foreign"].insert_one({"a": 1})
    await database.create_collection("later", viewOn="jobs")
    await emptied_database.take_back(database)
    next_one = await emptied_database.lend(database.client)
    assert set(await next_one["projects"].index_information()) > {"_id_", "status_1__id_1"}
    assert set(await next_one["jobs"].index_information()) <= {"_id_"}  # Made anew by whoever has a use for it.
    assert not await next_one["projects"].count_documents({})
    assert not {"foreign", "later"} & set(await next_one.list_collection_names())


async def test_times_come_back_aware(mongodb_uri: str, database: Database) -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    async with connect(DatabaseSettings(database_url=SecretStr(mongodb_uri))) as client:
        await client[database.name]["a"].insert_one({"_id": 1, "at": at})
        found = await client[database.name]["a"].find_one()
    assert found == {"_id": 1, "at": at}


async def test_a_missing_server_is_told_soon() -> None:
    settings = DatabaseSettings(mongodb_server_selection_timeout_ms=100)
    async with connect(settings, "mongodb://127.0.0.1:1/?replicaSet=aura") as client:
        with pytest.raises(PyMongoError) as caught:
            await client["a"]["b"].find_one()
    assert is_database_unavailable(caught.value)


async def test_a_server_that_hangs_is_told_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        settings = DatabaseSettings(mongodb_server_selection_timeout_ms=100, mongodb_connect_timeout_ms=100)
        async with connect(settings, f"mongodb://{host}:{port}/") as client:
            with pytest.raises(PyMongoError) as caught:
                await client["a"]["b"].find_one()
    assert is_database_unavailable(caught.value)


def test_without_an_address_there_is_no_client() -> None:
    with pytest.raises(ValueError, match="neither a URI nor a DATABASE_URL"):
        connect(DatabaseSettings(database_url=None))


@pytest.mark.parametrize(
    ("error", "unavailable"),
    [
        (AutoReconnect(), True),
        (NetworkTimeout(), True),
        (ServerSelectionTimeoutError(), True),
        (WaitQueueTimeoutError(), True),
        (ExecutionTimeout("slow"), True),
        (OperationFailure("stepped down", 189, {"errorLabels": ["RetryableWriteError"]}), True),
        (DuplicateKeyError("twice"), False),
        (OperationFailure("bad query", 2), False),
        (TimeoutError(), False),
    ],
)
def test_which_errors_pass(error: Exception, unavailable: bool) -> None:
    assert is_database_unavailable(error) is unavailable
