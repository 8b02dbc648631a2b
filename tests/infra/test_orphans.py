"""What a killed process had begun is undone at once where it is in somebody's way."""

from urllib.parse import urlsplit

import pymongo
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.mongo import APP_NAME, Database, connect
from aura_gql.infra.orphans import abort_orphans, orphans_among
from aura_gql.infra.transaction import in_transaction
from aura_gql.settings_groups import DatabaseSettings
from tests.support.mongo_proxy import HoldingProxy


async def leave_orphan(database: Database, uri: str) -> None:
    """A transaction of ours that has written, and whose connections are then cut off."""
    async with HoldingProxy(urlsplit(uri).port or 0).running() as proxy:
        there = f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true&serverMonitoringMode=poll"
        client = connect(DatabaseSettings(), there)
        session = client.start_session()
        await session.start_transaction()
        await client[database.name]["things"].update_one({"_id": 1}, {"$set": {"by": "dead"}}, session=session)
    await client.close()


async def test_who_meets_a_dead_transaction_goes_on(database: Database, mongodb_uri: str) -> None:
    await database["things"].insert_one({"_id": 1, "by": "nobody"})
    await leave_orphan(database, mongodb_uri)

    async def write(session: AsyncClientSession) -> None:
        await database["things"].update_one({"_id": 1, "by": "nobody"}, {"$set": {"by": "living"}}, session=session)

    await in_transaction(database.client, write)
    assert await database["things"].find_one() == {"_id": 1, "by": "living"}
    assert await abort_orphans(database.client) == 0


async def test_transactions_of_the_living_go_on(database: Database, mongodb_uri: str) -> None:
    await database["things"].insert_one({"_id": 1})
    async with (
        connect(DatabaseSettings(), mongodb_uri) as living,
        living.start_session() as session,
        await session.start_transaction(),
    ):
        await living[database.name]["things"].update_one({"_id": 1}, {"$set": {"by": "it"}}, session=session)
        assert await abort_orphans(database.client) == 0
    assert await database["things"].find_one() == {"_id": 1, "by": "it"}


async def test_without_an_answer_there_are_none(mongodb_uri: str) -> None:
    async with connect(DatabaseSettings(), mongodb_uri) as client:
        with pymongo.timeout(0):
            assert await abort_orphans(client) == 0


def test_only_those_whose_connection_is_known_to_be_gone_are_dead() -> None:
    """A mongos tells of sessions whose clients it does not name."""
    open_connection = {"type": "op", "client": "10.0.0.1:1"}
    session = {"type": "idleSession", "appName": APP_NAME, "lsid": {"id": 1}, "transaction": {}}
    assert orphans_among([open_connection, session]) == []
    assert orphans_among([open_connection, {**session, "client": "10.0.0.1:1"}]) == []
    assert orphans_among([open_connection, {**session, "client": "10.0.0.1:2"}]) == [{"id": 1}]
    assert orphans_among([open_connection, {**session, "client": "10.0.0.1:2", "appName": "another"}]) == []
