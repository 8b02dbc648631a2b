"""One MongoDB transaction, retried while MongoDB calls its failures transient."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pymongo
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from aura_gql.infra.mongo import Client
from aura_gql.infra.orphans import abort_orphans

TIMEOUT_S = 15.0
_PATIENCE_S = 0.2

ResultT = TypeVar("ResultT")


async def in_transaction(client: Client, work: Callable[[AsyncClientSession], Awaitable[ResultT]]) -> ResultT:
    """What `work` gives, committed by a majority. `work` may run several times, and is undone where it raises.

    Ends after 15 seconds with a PyMongoError, retries included. An error that does not come from MongoDB is `work`'s
    own and means that nothing was changed. Who has had to begin again for long looks whether those in the way are dead.
    """
    loop = asyncio.get_running_loop()
    began, patience_s = loop.time(), _PATIENCE_S

    async def attempt(session: AsyncClientSession) -> ResultT:
        nonlocal patience_s
        if loop.time() - began > patience_s:
            patience_s *= 2
            await abort_orphans(client)
        return await work(session)

    async with client.start_session() as session:
        with pymongo.timeout(TIMEOUT_S):
            return await session.with_transaction(
                attempt, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority")
            )
