"""The replica set of one."""

from pymongo import AsyncMongoClient

from aura_gql.infra.mongod_replica import REPLICA_SET, become_primary


async def test_a_primary_stays_as_it_is(mongodb_uri: str) -> None:
    async with AsyncMongoClient[dict[str, object]](mongodb_uri) as client:
        address = "{}:{}".format(*(await client.address or ("", 0)))
        before = (await client.admin.command("replSetGetConfig"))["config"]
        await become_primary(address)
        after = (await client.admin.command("replSetGetConfig"))["config"]
    assert after == before
    assert (after["_id"], [member["host"] for member in after["members"]]) == (REPLICA_SET, [address])
