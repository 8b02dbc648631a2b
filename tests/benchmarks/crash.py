"""Servers that are killed while they write: nothing that one acknowledged may be lost, and no half of it be seen."""

import random
from collections.abc import AsyncIterator

from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.settings_groups import DatabaseSettings
from tests.support.crashes.storm import Damage, crashes
from tests.support.mongo import scratch_folder

_COLUMNS = "{:>8} {:>9} {:>9} {:>6}"
_EACH = 50


def header() -> str:
    """The heads of the columns of `line`."""
    return _COLUMNS.format("crashes", "versions", "archives", "wrong")


def line(damage: Damage) -> str:
    """What all crashes so far did."""
    return _COLUMNS.format(damage.crashes, damage.promised, damage.archives, len(damage.wrong))


async def storm(count: int) -> AsyncIterator[Damage]:
    """The sum of all crashes, now and then and at the last, on a MongoDB and in a folder of their own."""
    with scratch_folder() as folder:
        mongod = EmbeddedMongod(folder / "mongodb", executable=DatabaseSettings().aura_mongod)
        uri = await mongod.start()
        try:
            async for damage in crashes(uri, "crashes", folder / "data", count, random.Random()):
                if damage.crashes % _EACH == 0 or damage.crashes == count or damage.wrong:
                    yield damage
        finally:
            await mongod.stop()
