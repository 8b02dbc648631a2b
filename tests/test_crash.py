"""A server that is killed at any moment keeps every write that it acknowledged, byte for byte, and shows no half of any
other.
"""

import random
from pathlib import Path

from aura_gql.infra.mongo import Database
from tests.support.crashes.storm import Damage, crashes

CRASHES = 8


async def test_nothing_acknowledged_is_lost(database: Database, mongodb_uri: str, tmp_path: Path) -> None:
    damage = Damage()
    async for damage in crashes(mongodb_uri, database.name, tmp_path, CRASHES, random.Random()):
        assert damage.wrong == []
    assert damage.promised
