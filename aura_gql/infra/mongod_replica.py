"""Making a lone mongod the primary of a replica set of one."""

import asyncio

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

REPLICA_SET = "aura"
_POLL_S = 0.02
_NOT_YET_INITIALIZED = 94

_Document = dict[str, object]


async def become_primary(address: str) -> None:
    """Initiate the set, or mend the address it remembers, and wait until `address` takes writes.

    Waits for as long as it takes: the caller sets the deadline. A mongod whose old address is now held by something
    that accepts and never answers needs 35 s to see that this is not itself.
    """
    # This client never writes: it goes on believing what it saw before the set was there. It polls, because PyMongo
    # 4.20 leaks the second monitoring socket of a client that is closed while that connects.
    async with AsyncMongoClient[dict[str, object]](
        address, directConnection=True, serverSelectionTimeoutMS=2000, serverMonitoringMode="poll"
    ) as client:
        while not await _configured(client, address):
            await asyncio.sleep(_POLL_S)
        while not (await client.admin.command("hello")).get("isWritablePrimary"):
            await asyncio.sleep(_POLL_S)


async def _configured(client: AsyncMongoClient[dict[str, object]], address: str) -> bool:
    """Whether the set is configured for `address`; False where mongod is not ready to say or to change it."""
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            return False
        return await _try(client, {"replSetInitiate": {"_id": REPLICA_SET, "members": [_member(address)]}})
    except PyMongoError:
        return False
    if [member["host"] for member in config["members"]] == [address]:
        return True
    changed = {**config, "members": [_member(address)], "version": config["version"] + 1}
    return await _try(client, {"replSetReconfig": changed, "force": True})


async def _try(client: AsyncMongoClient[dict[str, object]], command: _Document) -> bool:
    try:
        await client.admin.command(command)
    except PyMongoError:
        return False
    return True


def _member(address: str) -> _Document:
    return {"_id": 0, "host": address}
