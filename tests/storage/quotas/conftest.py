from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.read_concern import ReadConcern

from aura_gql.infra.mongo import Database
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.records import QuotaLimits, Usage
from aura_gql.storage.quotas.service import StorageQuotas
from tests.support.mongo import init_documents

Quotas = Callable[..., StorageQuotas]


@dataclass
class Things:
    """A room that stores things of users: documents with an owner and a size, and the `UsageSource` of these."""

    database: Database

    async def usage_of(self, user_id: str, session: AsyncClientSession | None = None) -> Usage:
        """As the port promises."""
        cursor = self.database["things"].find({"user_id": user_id}, session=session)
        sizes = [thing["size"] async for thing in cursor]
        return Usage(len(sizes), sum(sizes))

    async def put(self, quotas: StorageQuotas, user_id: str, size: int) -> None:
        """Store a thing and count it, in one transaction; a `size` below 0 takes one of that size away."""

        async def work(session: AsyncClientSession) -> None:
            if size >= 0:
                await self.database["things"].insert_one({"user_id": user_id, "size": size}, session=session)
            else:
                thing = {"user_id": user_id, "size": -size}
                assert (await self.database["things"].delete_one(thing, session=session)).deleted_count == 1
            await quotas.add(user_id, Usage(1 if size >= 0 else -1, size), session)

        async with self.database.client.start_session() as session:
            await session.with_transaction(work, read_concern=ReadConcern("snapshot"))


@pytest.fixture
async def things(database: Database) -> Things:
    await init_documents(database, [UserStorageDocument])
    await database.create_collection("things")
    return Things(database)


@pytest.fixture
def quotas(things: Things) -> Quotas:
    """Quotas with bounds that are small enough to reach."""
    return lambda max_bytes=100, max_files=10: StorageQuotas(QuotaLimits(max_bytes, max_files, 3), [things])
