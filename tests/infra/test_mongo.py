"""The connection to MongoDB."""

from typing import ClassVar

from beanie import Document
from pymongo import IndexModel

from aura_gql.infra.mongo import Database
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
