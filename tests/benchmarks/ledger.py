"""Storms over the ledger until readers have been cut off so many times: none may miss, repeat or reorder a chunk."""

from collections.abc import AsyncIterator

from pymongo import AsyncMongoClient

from aura_gql.executions.documents import CodeExecution, ExecutionOutput
from aura_gql.infra.mongo import MongoDocument
from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.settings_groups import DatabaseSettings
from tests.support.ledger_storm import Damage, storm
from tests.support.mongo import init_documents, scratch_folder

_COLUMNS = "{:>8} {:>8} {:>8} {:>10} {:>6}"


def header() -> str:
    """The heads of the columns of `line`."""
    return _COLUMNS.format("storms", "readers", "cuts", "chunks", "wrong")


def line(damage: Damage) -> str:
    """What all storms so far did."""
    return _COLUMNS.format(damage.ends.total(), damage.readers, damage.cuts, damage.chunks, len(damage.wrong))


async def storms(cuts: int) -> AsyncIterator[Damage]:
    """The sum of all storms, after each tenth and the last, on a MongoDB of their own."""
    damage = Damage()
    with scratch_folder() as folder:
        mongod = EmbeddedMongod(folder, executable=DatabaseSettings().aura_mongod)
        uri = await mongod.start()
        try:
            async with AsyncMongoClient[MongoDocument](uri, tz_aware=True) as client:
                await init_documents(client["storms"], [CodeExecution, ExecutionOutput])
                while damage.cuts < cuts:
                    await storm(damage.ends.total() + 1, damage)
                    if damage.ends.total() % 10 == 0 or damage.cuts >= cuts:
                        yield damage
        finally:
            await mongod.stop()
