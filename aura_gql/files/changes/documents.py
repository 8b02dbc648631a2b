"""The collections `sandbox_file_changes` and `file_change_counters`, and every query on them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.changes.records import EntryKind, FileChangeRecord, NewChange
from aura_gql.files.changes.values import ChangeKind
from aura_gql.infra.mongo import Client


class FileChangeCounter(Document):
    """How many changes a project has had; `_id` is the project's. Counting and keeping are one transaction, so that
    numbers become visible in their order: who has seen one has seen all before it.
    """

    last: int
    expires_at: datetime | None = None

    class Settings:
        """Collection, which is asked for by its id alone, and when to forget the counts of sandboxes without a project,
        which go with the changes that they counted.
        """

        name = "file_change_counters"
        indexes: ClassVar[list[IndexModel]] = [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]

    @classmethod
    async def find_last(cls, project_id: ObjectId) -> int:
        """The number of a project's last change; 0 for none."""
        found = await cls.get_pymongo_collection().find_one({"_id": project_id})
        return 0 if found is None else int(found["last"])

    @classmethod
    async def advance(
        cls, project_id: ObjectId, count: int, session: AsyncClientSession, expires_at: datetime | None = None
    ) -> int:
        """Take `count` numbers; the last of them. With `expires_at` the count is forgotten then, at the earliest."""
        changes: dict[str, Any] = {"$inc": {"last": count}}
        if expires_at is not None:
            changes["$max"] = {"expires_at": expires_at}
        found = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": project_id},
            changes,
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return count if found is None else int(found["last"])

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Forget a project."""
        await cls.get_pymongo_collection().delete_one({"_id": project_id})


class FileChangeDocument(Document):
    """One change, until it expires. Those of saves are kept beside those of sandboxes, under the same numbers."""

    project_id: PydanticObjectId
    sequence: int
    path: str
    kind: ChangeKind
    entry: EntryKind
    size: int
    executable: bool
    at: datetime
    from_path: str | None
    sandbox_id: PydanticObjectId | None
    execution_ids: list[PydanticObjectId]
    version: int | None
    revision: int | None
    expires_at: datetime

    class Settings:
        """Collection and indexes: the changes of a project, of a sandbox and of an execution in their order."""

        name = "sandbox_file_changes"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("project_id", ASCENDING), ("sequence", ASCENDING)], unique=True),
            IndexModel([("sandbox_id", ASCENDING), ("sequence", ASCENDING)]),
            IndexModel([("execution_ids", ASCENDING), ("sequence", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]

    @classmethod
    def client(cls) -> Client:
        """The client that transactions on these collections need."""
        return cls.get_pymongo_collection().database.client

    @classmethod
    async def append(
        cls,
        project_id: ObjectId,
        changes: Sequence[NewChange],
        expires_at: datetime,
        session: AsyncClientSession,
        ids: Sequence[ObjectId] = (),
    ) -> int:
        """Number changes, at least one, and keep them, inside a transaction; the last number. With `ids` of their own
        they are kept once: BulkWriteError where an earlier try has kept them.
        """
        # A sandbox without a project counts under its own id, which no deletion of a project names.
        kept_until = expires_at if changes[0].sandbox_id == project_id else None
        last = await FileChangeCounter.advance(project_id, len(changes), session, kept_until)
        first = last - len(changes) + 1
        documents = [
            {
                "_id": ids[place] if ids else ObjectId(),
                "project_id": project_id,
                "sequence": first + place,
                **asdict(change),
                "execution_ids": list(change.execution_ids),
                "kind": change.kind.value,
                "entry": change.entry.value,
                "expires_at": expires_at,
            }
            for place, change in enumerate(changes)
        ]
        await cls.get_pymongo_collection().insert_many(documents, session=session)
        return last

    @classmethod
    async def find_behind(cls, project_id: ObjectId, sequence: int, limit: int) -> list[FileChangeRecord]:
        """Up to `limit` changes of a project behind a number, in order."""
        return await cls._find({"project_id": project_id, "sequence": {"$gt": sequence}}, limit)

    @classmethod
    async def find_of_execution(cls, execution_id: ObjectId, sequence: int, limit: int) -> list[FileChangeRecord]:
        """Up to `limit` changes behind a number that were made while an execution ran, in order."""
        return await cls._find({"execution_ids": execution_id, "sequence": {"$gt": sequence}}, limit)

    @classmethod
    async def count_of_execution(cls, execution_id: ObjectId) -> int:
        """How many changes were made while an execution ran."""
        return await cls.get_pymongo_collection().count_documents({"execution_ids": execution_id})

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Forget the changes of a project."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})

    @classmethod
    async def _find(cls, query: Mapping[str, Any], limit: int) -> list[FileChangeRecord]:
        cursor = cls.get_pymongo_collection().find(query).sort("sequence", ASCENDING).limit(limit)
        return [_to_record(document) for document in await cursor.to_list()]


def _to_record(document: Mapping[str, Any]) -> FileChangeRecord:
    change = NewChange(
        path=document["path"],
        kind=ChangeKind(document["kind"]),
        entry=EntryKind(document["entry"]),
        size=document["size"],
        executable=document["executable"],
        at=document["at"],
        from_path=document["from_path"],
        sandbox_id=document["sandbox_id"],
        execution_ids=tuple(document["execution_ids"]),
        version=document["version"],
        revision=document.get("revision"),
    )
    return FileChangeRecord(document["project_id"], document["sequence"], change)
