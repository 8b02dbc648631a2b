"""One database that tests use one after the other: emptying it costs a tenth of making another."""

import secrets
from collections.abc import Mapping
from typing import Any

from pymongo.errors import PyMongoError

from aura_gql.infra.mongo import Client, Database, MongoDocument, init_documents
from aura_gql.server import DOCUMENTS

_MOST_DOCUMENTS = 5_000
"""With more than these, dropping is quicker than emptying."""

_PATIENCE_MS = 2_000
"""How long each deletion may wait, for the transactions of a process that was killed as an example."""

Catalogue = Mapping[str, Any]


class EmptiedDatabase:
    """A database with all of our collections and indexes and not one document, whenever it is lent."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._made: Catalogue = {}

    async def lend(self, client: Client) -> Database:
        """The database, which nobody else has until it is given back."""
        if self._name is None:
            name = f"test_{secrets.token_hex(8)}"
            await init_documents(client[name], DOCUMENTS)
            self._made = await _catalogue(client, name)
            self._name = name
        return client[self._name]

    async def take_back(self, database: Database) -> None:
        """Remove every document, and every collection that isn't as we made it; where that fails, the database."""
        try:
            emptied = await self._empty(database)
        except PyMongoError:
            emptied = False
        if not emptied:
            self._name = None
            await database.client.drop_database(database.name)

    async def _empty(self, database: Database) -> bool:
        statistics = await database.command("dbStats")
        if statistics["objects"] > _MOST_DOCUMENTS:
            return False
        for name, as_it_is in (await _catalogue(database.client, database.name)).items():
            if as_it_is != self._made.get(name):
                await database.drop_collection(name)
            elif statistics["objects"]:
                await database.command("delete", name, deletes=[{"q": {}, "limit": 0}], maxTimeMS=_PATIENCE_MS)
        return True


async def _catalogue(client: Client, database_name: str) -> Catalogue:
    """What makes each collection what it is, indexes included, by its name."""
    pipeline: list[MongoDocument] = [{"$listCatalog": {}}, {"$match": {"db": database_name}}]
    found = await (await client["admin"].aggregate(pipeline)).to_list()
    return {entry["name"]: (entry["type"], *_made_of(entry.get("md", {}))) for entry in found}


def _made_of(description: Mapping[str, Any]) -> tuple[Any, Any]:
    """The options and the indexes of a collection, as another of the same making has them too."""
    options = {name: value for name, value in description.get("options", {}).items() if name != "uuid"}
    indexes = {index["spec"]["name"]: (index["spec"], index["ready"]) for index in description.get("indexes", [])}
    return options, indexes
