"""The connection to MongoDB."""

from collections.abc import Sequence
from typing import Any

from beanie import Document, init_beanie
from pymongo.asynchronous.database import AsyncDatabase

MongoDocument = dict[str, Any]
Database = AsyncDatabase[MongoDocument]


async def init_documents(database: Database, documents: Sequence[type[Document]]) -> None:
    """Bind `documents` to `database` and make their collections and indexes; safe to repeat and to do at once."""
    await init_beanie(database=database, document_models=list(documents))
