"""The collection `terminal_sessions`, and every query on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from aura_gql.terminals.records import TerminalEnding, TerminalRecord, TerminalStatus

_OPEN = TerminalStatus.OPEN.value
_HIDDEN = {"owner": 0, "lease_until": 0, "expires_at": 0}


class TerminalSession(Document):
    """One terminal. `owner` names the server process that holds it, and `lease_until` how long it vouches."""

    sandbox_id: PydanticObjectId
    project_id: PydanticObjectId
    user_id: str
    command: list[str]
    cwd: str
    columns: int
    rows: int
    status: TerminalStatus = TerminalStatus.OPEN
    ending: TerminalEnding | None = None
    exit_code: int | None = None
    signal: int | None = None
    reason: str | None = None
    last_sequence: int = 0
    owner: str
    lease_until: datetime
    created_at: datetime
    closed_at: datetime | None = None
    expires_at: datetime | None = None

    class Settings:
        """Collection and indexes: the terminals of a sandbox and of a project, the open ones, and when to forget."""

        name = "terminal_sessions"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("sandbox_id", ASCENDING), ("user_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("project_id", ASCENDING)]),
            IndexModel([("status", ASCENDING), ("owner", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]

    @classmethod
    async def add(cls, session: "TerminalSession") -> bool:
        """Store a new terminal; False where its id is there already."""
        try:
            await session.insert()
        except DuplicateKeyError:
            return False
        return True

    @classmethod
    async def find_owned(cls, user_id: str, terminal_ids: Sequence[ObjectId]) -> list[TerminalRecord]:
        """Those of the terminals that the user owns, in no order."""
        return await cls._find({"_id": {"$in": list(terminal_ids)}, "user_id": user_id})

    @classmethod
    async def find_page(
        cls, user_id: str, sandbox_id: ObjectId, after: ObjectId | None, limit: int
    ) -> list[TerminalRecord]:
        """Up to `limit` terminals of a sandbox, newest first, behind `after`."""
        query: dict[str, Any] = {"sandbox_id": sandbox_id, "user_id": user_id}
        if after is not None:
            query["_id"] = {"$lt": after}
        cursor = cls.get_pymongo_collection().find(query, _HIDDEN).sort("_id", DESCENDING).limit(limit)
        return [to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def count_of_sandbox(cls, user_id: str, sandbox_id: ObjectId) -> int:
        """How many terminals of a sandbox are known."""
        return await cls.get_pymongo_collection().count_documents({"sandbox_id": sandbox_id, "user_id": user_id})

    @classmethod
    async def find_open(
        cls, *, owner: str | None = None, not_owner: str | None = None, lease_before: datetime | None = None
    ) -> list[TerminalRecord]:
        """The open terminals: of a server, of all but one server, with a lease that has run out."""
        query: dict[str, Any] = {"status": _OPEN}
        if owner is not None:
            query["owner"] = owner
        if not_owner is not None:
            query["owner"] = {"$ne": not_owner}
        if lease_before is not None:
            query["lease_until"] = {"$lt": lease_before}
        return await cls._find(query)

    @classmethod
    async def set_size(cls, terminal_id: ObjectId, columns: int, rows: int) -> None:
        """Note the size of a terminal."""
        changes = {"$set": {"columns": columns, "rows": rows}}
        await cls.get_pymongo_collection().update_one({"_id": terminal_id}, changes)

    @classmethod
    async def close_open(cls, closed: TerminalRecord, expires_at: datetime) -> bool:
        """Compare and set from OPEN to what `closed` says, until `expires_at`; False where it was not open, or gone."""
        changes = {
            "status": closed.status.value,
            "ending": None if closed.ending is None else closed.ending.value,
            "exit_code": closed.exit_code,
            "signal": closed.signal,
            "reason": closed.reason,
            "last_sequence": closed.last_sequence,
            "closed_at": closed.closed_at,
            "expires_at": expires_at,
        }
        query = {"_id": closed.id, "status": _OPEN}
        result = await cls.get_pymongo_collection().update_one(query, {"$set": changes})
        return result.modified_count > 0

    @classmethod
    async def renew_leases(cls, owner: str, until: datetime) -> None:
        """Vouch for every open terminal that a server holds."""
        query = {"status": _OPEN, "owner": owner}
        await cls.get_pymongo_collection().update_many(query, {"$set": {"lease_until": until}})

    @classmethod
    async def remove(cls, terminal_id: ObjectId) -> None:
        """Forget a terminal."""
        await cls.get_pymongo_collection().delete_one({"_id": terminal_id})

    @classmethod
    async def remove_of_project(cls, project_id: ObjectId) -> None:
        """Forget the terminals of a project."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})

    @classmethod
    async def _find(cls, query: Mapping[str, Any]) -> list[TerminalRecord]:
        documents = await cls.get_pymongo_collection().find(query, _HIDDEN).to_list()
        return [to_record(document) for document in documents]


def to_record(document: Mapping[str, Any]) -> TerminalRecord:
    """A raw document as a record."""
    ending = document["ending"]
    return TerminalRecord(
        id=document["_id"],
        sandbox_id=document["sandbox_id"],
        project_id=document["project_id"],
        user_id=document["user_id"],
        command=tuple(document["command"]),
        cwd=document["cwd"],
        columns=document["columns"],
        rows=document["rows"],
        status=TerminalStatus(document["status"]),
        ending=None if ending is None else TerminalEnding(ending),
        exit_code=document["exit_code"],
        signal=document["signal"],
        reason=document["reason"],
        last_sequence=document["last_sequence"],
        created_at=document["created_at"],
        closed_at=document["closed_at"],
    )
