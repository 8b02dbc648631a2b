"""Time."""

from datetime import UTC, datetime, timedelta

from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow


def test_now_is_aware_utc_in_milliseconds() -> None:
    now = utcnow()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


async def test_now_survives_mongodb(database: Database) -> None:
    now = utcnow()
    await database["times"].insert_one({"_id": 1, "at": now})
    assert await database["times"].find_one() == {"_id": 1, "at": now}
