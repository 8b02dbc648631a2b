"""What MongoDB says, for people."""

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from aura_gql.commands.database_words import database_words
from aura_gql.infra.mongo import Database


async def test_a_server_that_is_away() -> None:
    async with AsyncMongoClient[dict[str, object]]("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=100) as client:
        with pytest.raises(PyMongoError) as failed:
            await client.admin.command("ping")
    assert database_words(failed.value).startswith("127.0.0.1:1: [Errno ")
    assert "Timeout" not in database_words(failed.value)
    assert "Topology" not in database_words(failed.value)


async def test_a_refusal(database: Database) -> None:
    with pytest.raises(OperationFailure) as failed:
        await database.command("noSuchCommand")
    assert database_words(failed.value) == "no such command: 'noSuchCommand'"
