"""Better Auth's `user` and `session` collections and every query on them.

They belong to Better Auth, camelCase fields and all, so there is no Beanie document that would reshape them: they are
only read, except by `insert_session` and `ensure_user` for the development server and the `token` command.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from aura_gql.infra.mongo import Database, MongoDocument

_SESSION_FIELDS = {"_id": 0, "userId": 1, "expiresAt": 1}
_USER_FIELDS = dict.fromkeys(("email", "name", "image", "role", "createdAt", "banned", "banExpires"), 1)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as stored, and its user, both unchecked; `user` is None where it is gone."""

    expires_at: object
    user: Mapping[str, Any] | None


class AuthCollections:
    """Queries on the collections of one database."""

    def __init__(self, database: Database) -> None:
        self._users: AsyncCollection[MongoDocument] = database["user"]
        self._sessions: AsyncCollection[MongoDocument] = database["session"]

    async def find_session(self, token: str) -> SessionRow | None:
        """The session of a token with its user, in one round trip.

        `userId` is the user's `_id`, of whatever type, or an ObjectId as text; the exact match is preferred.
        """
        as_object_id = {"$convert": {"input": "$userId", "to": "objectId", "onError": "$userId", "onNull": "$userId"}}
        lookup = {
            "from": self._users.name,
            "localField": "userIds",
            "foreignField": "_id",
            "pipeline": [{"$project": _USER_FIELDS}],
            "as": "users",
        }
        pipeline: list[Mapping[str, Any]] = [
            {"$match": {"token": token}},
            {"$limit": 1},
            {"$project": {**_SESSION_FIELDS, "userIds": ["$userId", as_object_id]}},
            {"$lookup": lookup},
        ]
        async with await self._sessions.aggregate(pipeline) as cursor:
            async for row in cursor:
                return SessionRow(row.get("expiresAt"), _user_of(row))
        return None

    async def ensure_user(self, email: str, name: str, now: datetime) -> MongoDocument:
        """The user with this (lower-case) address, made if there is none; `_id` and `role`."""
        made = {
            "_id": ObjectId(),
            "name": name,
            "emailVerified": False,
            "createdAt": now,
            "updatedAt": now,
        }
        try:
            return await self._upsert_user(email, made)
        except DuplicateKeyError:
            # Another process made it between our look and our insert.
            return await self._upsert_user(email, made)

    async def _upsert_user(self, email: str, made: MongoDocument) -> MongoDocument:
        user: MongoDocument | None = await self._users.find_one_and_update(
            {"email": email},
            {"$setOnInsert": made},
            projection={"role": 1},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return user or made

    async def set_role(self, user_id: object, role: str, now: datetime) -> None:
        """Give a user the role, a list separated by commas as Better Auth's admin plugin keeps it."""
        await self._users.update_one({"_id": user_id}, {"$set": {"role": role, "updatedAt": now}})

    async def insert_session(self, user_id: object, token: str, now: datetime, expires_at: datetime) -> None:
        """A new session, as Better Auth would write it."""
        await self._sessions.insert_one(
            {
                "_id": ObjectId(),
                "userId": user_id,
                "token": token,
                "expiresAt": expires_at,
                "createdAt": now,
                "updatedAt": now,
                "ipAddress": "",
                "userAgent": "aura-gql",
            }
        )

    async def ensure_indexes(self) -> None:
        """Better Auth's own indexes under its own names, so that its migration finds them done."""
        await self._users.create_indexes([IndexModel([("email", ASCENDING)], name="user_email_uidx", unique=True)])
        await self._sessions.create_indexes(
            [
                IndexModel([("token", ASCENDING)], name="session_token_uidx", unique=True),
                IndexModel([("userId", ASCENDING)], name="session_userId_idx"),
            ]
        )


def _user_of(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    users: list[Mapping[str, Any]] = row["users"]
    exact = [user for user in users if user["_id"] == row.get("userId")]
    return next(iter(exact or users), None)
