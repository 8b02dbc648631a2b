"""The connection to MongoDB."""

from collections.abc import Sequence
from typing import Any

from beanie import Document, init_beanie
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError

from aura_gql.settings_groups import DatabaseSettings

APP_NAME = "aura-gql"
"""What MongoDB calls our connections."""

MongoDocument = dict[str, Any]
Client = AsyncMongoClient[MongoDocument]
Database = AsyncDatabase[MongoDocument]


def connect(settings: DatabaseSettings, uri: str | None = None) -> Client:
    """A client of the MongoDB at `uri`, else at DATABASE_URL; it connects on first use and gives aware UTC times.

    A server that is down makes a call fail with a PyMongoError after the timeouts of the settings, all of them
    milliseconds: see `is_database_unavailable`.
    """
    if uri is None:
        if settings.database_url is None:
            raise ValueError("There is neither a URI nor a DATABASE_URL.")
        uri = settings.database_url.get_secret_value()
    return Client(
        uri,
        appname=APP_NAME,
        tz_aware=True,
        maxPoolSize=settings.mongodb_max_pool_size,
        serverSelectionTimeoutMS=settings.mongodb_server_selection_timeout_ms,
        connectTimeoutMS=settings.mongodb_connect_timeout_ms,
        socketTimeoutMS=settings.mongodb_socket_timeout_ms,
        waitQueueTimeoutMS=settings.mongodb_wait_queue_timeout_ms,
    )


async def init_documents(database: Database, documents: Sequence[type[Document]]) -> None:
    """Bind `documents` to `database` and make their collections and indexes; safe to repeat and to do at once."""
    await init_beanie(database=database, document_models=list(documents))


def is_database_unavailable(error: BaseException) -> bool:
    """Whether MongoDB is away, changing its primary or too slow, so that the same call may work later."""
    if isinstance(error, ConnectionFailure | ExecutionTimeout):
        return True
    if not isinstance(error, PyMongoError):
        return False
    return error.timeout or any(
        error.has_error_label(label) for label in ("RetryableWriteError", "TransientTransactionError")
    )
