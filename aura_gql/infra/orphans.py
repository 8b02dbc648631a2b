"""Transactions whose process was killed. MongoDB does not notice, and for a minute nobody can write to what they had
touched.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.errors import PyMongoError

from aura_gql.infra.mongo import APP_NAME, Client, MongoDocument

_log = logging.getLogger(__name__)
_SESSION = "idleSession"
_QUESTION = {
    "aggregate": 1,
    "pipeline": [{"$currentOp": {"idleSessions": True, "idleConnections": True}}],
    "cursor": {"batchSize": 100_000},
}


async def abort_orphans(client: Client) -> int:
    """Abort our transactions between two commands whose connection is gone; how many there were. Costs a question.

    A transaction of a living process is on a connection that is open, or else starts again as it does behind any
    conflict. 0 where MongoDB does not let us look, or is away: then they end by its clock.
    """
    try:
        cursor = (await client.admin.command(_QUESTION))["cursor"]
        # Of an answer that is cut off, at 16 MB, nobody knows which connections it left out.
        orphans = [] if cursor["id"] else orphans_among(cursor["firstBatch"])
        if orphans:
            await client.admin.command({"killSessions": orphans})
    except PyMongoError as error:
        _log.debug("Transactions of dead processes were not looked for: %s", type(error).__name__)
        return 0
    if orphans:
        _log.warning("Aborted %d transactions of processes that are no more.", len(orphans))
    return len(orphans)


def orphans_among(found: Sequence[MongoDocument]) -> list[Mapping[str, Any]]:
    """The sessions to kill among all that MongoDB answers with."""
    # Behind a mongos, sessions name no client: those may all be of the living.
    open_connections = {None, *(one.get("client") for one in found if one.get("type") != _SESSION)}
    return [
        {"id": one["lsid"]["id"]}
        for one in found
        if one.get("type") == _SESSION
        and "transaction" in one
        and one.get("appName") == APP_NAME
        and one.get("client") not in open_connections
    ]
