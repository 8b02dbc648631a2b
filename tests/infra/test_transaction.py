import asyncio

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.infra.mongo import Database
from aura_gql.infra.transaction import in_transaction


async def test_what_raises_is_undone(database: Database) -> None:
    async def work(session: AsyncClientSession) -> None:
        await database["things"].insert_one({"_id": 1}, session=session)
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await in_transaction(database.client, work)
    assert await database["things"].count_documents({}) == 0


async def test_write_conflicts_are_tried_again(database: Database) -> None:
    await database["counters"].insert_one({"_id": 1, "count": 0})

    async def increment(session: AsyncClientSession) -> int:
        found = await database["counters"].find_one({"_id": 1}, session=session)
        assert found is not None
        await database["counters"].update_one({"_id": 1}, {"$set": {"count": found["count"] + 1}}, session=session)
        return int(found["count"]) + 1

    counts = await asyncio.gather(*(in_transaction(database.client, increment) for _ in range(8)))
    assert sorted(counts) == list(range(1, 9))
