"""The collections `code_executions` and `execution_output`, and every query on them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pydantic import BaseModel
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from aura_gql.executions.events import batch_from_plain, batch_to_plain
from aura_gql.executions.records import (
    OPEN_STATUSES,
    ExecutionErrorType,
    ExecutionKind,
    ExecutionLanguage,
    ExecutionRecord,
    ExecutionStatus,
    OutputBatchRecord,
    OutputTotals,
    TimeoutClock,
)
from aura_gql.sandboxes.records import TEMPORARY_KEPT_S
from aura_gql.sandboxes.values import OutputStream

_OPEN = {"$in": sorted(status.value for status in OPEN_STATUSES)}
_HIDDEN = {"owner": 0, "lease_until": 0, "cwd": 0}


class CodeExecution(Document):
    """One execution. `owner` names the server process that runs it, and `lease_until` how long it vouches."""

    sandbox_id: PydanticObjectId
    project_id: PydanticObjectId
    user_id: str
    kind: ExecutionKind
    language: ExecutionLanguage | None
    command: str
    args: list[str]
    cwd: str
    status: ExecutionStatus = ExecutionStatus.QUEUED
    error_type: ExecutionErrorType | None = None
    error_message: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    timeout_ms: int
    idle_timeout_ms: int | None = None
    timeout_clock: TimeoutClock | None = None
    temporary: bool = False
    background: bool = False
    stdin_open: bool = False
    last_sequence: int = 0
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    truncated: bool = False
    duration_ms: int | None = None
    queued_ms: int | None = None
    cpu_time_ms: int | None = None
    peak_memory_bytes: int | None = None
    owner: str
    lease_until: datetime
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    class Settings:
        """Collection and indexes: the executions of a sandbox and of a project by time, the open ones, and when to
        forget those without a project, which none takes with it.
        """

        name = "code_executions"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("sandbox_id", ASCENDING), ("user_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("project_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("status", ASCENDING), ("owner", ASCENDING)]),
            IndexModel(
                [("finished_at", ASCENDING)],
                expireAfterSeconds=TEMPORARY_KEPT_S,
                partialFilterExpression={"temporary": True},
            ),
        ]

    @classmethod
    async def add(cls, execution: "CodeExecution") -> ExecutionRecord | None:
        """Store a new execution; None where its id is there already."""
        try:
            await execution.insert()
        except DuplicateKeyError:
            return None
        return to_record(execution.model_dump(by_alias=True))

    @classmethod
    async def find_record(cls, execution_id: ObjectId) -> ExecutionRecord | None:
        """The execution, whoever owns it."""
        document = await cls.get_pymongo_collection().find_one({"_id": execution_id}, _HIDDEN)
        return None if document is None else to_record(document)

    @classmethod
    async def find_owned(cls, user_id: str, execution_ids: Sequence[ObjectId]) -> list[ExecutionRecord]:
        """Those of the executions that the user owns, in no order."""
        return await cls._find({"_id": {"$in": list(execution_ids)}, "user_id": user_id})

    @classmethod
    async def find_page(
        cls, user_id: str, sandbox_id: ObjectId, after: ObjectId | None, limit: int
    ) -> list[ExecutionRecord]:
        """Up to `limit` executions of a sandbox, newest first, behind `after`."""
        query: dict[str, Any] = {"sandbox_id": sandbox_id, "user_id": user_id}
        if after is not None:
            query["_id"] = {"$lt": after}
        cursor = cls.get_pymongo_collection().find(query, _HIDDEN).sort("_id", DESCENDING).limit(limit)
        return [to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def count_of_sandbox(cls, user_id: str, sandbox_id: ObjectId) -> int:
        """How many executions a sandbox has had."""
        return await cls.get_pymongo_collection().count_documents({"sandbox_id": sandbox_id, "user_id": user_id})

    @classmethod
    async def find_open(
        cls, *, owner: str | None = None, not_owner: str | None = None, lease_before: datetime | None = None
    ) -> list[ExecutionRecord]:
        """The executions that have not ended: of a server, of all but one server, with a lease that has run out."""
        query: dict[str, Any] = {"status": _OPEN}
        if owner is not None:
            query["owner"] = owner
        if not_owner is not None:
            query["owner"] = {"$ne": not_owner}
        if lease_before is not None:
            query["lease_until"] = {"$lt": lease_before}
        return await cls._find(query)

    @classmethod
    async def begin(cls, execution_id: ObjectId, at: datetime, queued_ms: int) -> ExecutionRecord | None:
        """Compare and set QUEUED to RUNNING; None where it is neither that nor begun at `at` already."""
        begun = {"status": ExecutionStatus.RUNNING.value, "started_at": at}
        changes = {**begun, "queued_ms": queued_ms}
        either = [{"status": ExecutionStatus.QUEUED.value}, begun]
        return await cls._change({"_id": execution_id, "$or": either}, changes)

    @classmethod
    async def finish(cls, execution_id: ObjectId, values: Mapping[str, Any]) -> ExecutionRecord | None:
        """Compare and set from an open status to the terminal one in `values`; None where it has ended already."""
        return await cls._change({"_id": execution_id, "status": _OPEN}, dict(values))

    @classmethod
    async def set_progress(cls, execution_id: ObjectId, totals: OutputTotals) -> None:
        """Note how much a running execution has written."""
        await cls.get_pymongo_collection().update_one(
            {"_id": execution_id, "status": ExecutionStatus.RUNNING.value}, {"$set": totals.as_fields()}
        )

    @classmethod
    async def renew_leases(cls, owner: str, until: datetime) -> None:
        """Vouch for everything that a server runs."""
        await cls.get_pymongo_collection().update_many(
            {"status": _OPEN, "owner": owner}, {"$set": {"lease_until": until}}
        )

    @classmethod
    async def ids_of_project(cls, project_id: ObjectId, limit: int) -> list[ObjectId]:
        """Up to `limit` ids of a project's executions."""
        cursor = cls.get_pymongo_collection().find({"project_id": project_id}, {"_id": 1}).limit(limit)
        return [document["_id"] async for document in cursor]

    @classmethod
    async def remove(cls, execution_ids: Sequence[ObjectId]) -> None:
        """Forget executions."""
        await cls.get_pymongo_collection().delete_many({"_id": {"$in": list(execution_ids)}})

    @classmethod
    async def _change(cls, match: Mapping[str, Any], changes: Mapping[str, Any]) -> ExecutionRecord | None:
        document = await cls.get_pymongo_collection().find_one_and_update(
            match, {"$set": changes}, projection=_HIDDEN, return_document=ReturnDocument.AFTER
        )
        return None if document is None else to_record(document)

    @classmethod
    async def _find(cls, query: Mapping[str, Any]) -> list[ExecutionRecord]:
        documents = await cls.get_pymongo_collection().find(query, _HIDDEN).to_list()
        return [to_record(document) for document in documents]


class OutputChunkModel(BaseModel):
    """A chunk as stored; its sequence follows from its place in the batch."""

    stream: OutputStream
    data: bytes
    at: datetime


class ExecutionOutput(Document):
    """A batch of output, numbered `first` to `last`, and the bytes of each stream written up to its end."""

    execution_id: PydanticObjectId
    first: int
    last: int
    chunks: list[OutputChunkModel]
    stdout_bytes: int
    stderr_bytes: int
    expires_at: datetime

    class Settings:
        """Collection and indexes: batches in order, each once, until they expire."""

        name = "execution_output"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("execution_id", ASCENDING), ("last", ASCENDING)], unique=True),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]

    @classmethod
    async def add_batch(cls, batch: OutputBatchRecord, totals: OutputTotals, expires_at: datetime) -> None:
        """Keep a batch. One that is there already is the same one, written by a try whose answer was lost."""
        document = {
            "execution_id": batch.execution_id,
            **batch_to_plain(batch),
            "stdout_bytes": totals.stdout_bytes,
            "stderr_bytes": totals.stderr_bytes,
            "expires_at": expires_at,
        }
        try:
            await cls.get_pymongo_collection().insert_one(document)
        except DuplicateKeyError:
            return

    @classmethod
    async def find_batches(cls, execution_id: ObjectId, after: int, limit: int) -> list[OutputBatchRecord]:
        """Up to `limit` batches, in order, that hold chunks behind `after`."""
        query = {"execution_id": execution_id, "last": {"$gt": after}}
        cursor = cls.get_pymongo_collection().find(query).sort("last", ASCENDING).limit(limit)
        return [batch_from_plain(execution_id, document) for document in await cursor.to_list()]

    @classmethod
    async def totals(cls, execution_id: ObjectId) -> OutputTotals:
        """What the kept output says of the whole: zeros where none is kept."""
        document = await cls.get_pymongo_collection().find_one(
            {"execution_id": execution_id}, {"chunks": 0}, sort=[("last", DESCENDING)]
        )
        if document is None:
            return OutputTotals()
        return OutputTotals(document["last"], document["stdout_bytes"], document["stderr_bytes"])

    @classmethod
    async def remove_of(cls, execution_ids: Sequence[ObjectId]) -> None:
        """Forget the output of executions."""
        await cls.get_pymongo_collection().delete_many({"execution_id": {"$in": list(execution_ids)}})


def to_record(document: Mapping[str, Any]) -> ExecutionRecord:
    """A raw document as a record."""
    language, error_type = document["language"], document["error_type"]
    return ExecutionRecord(
        id=document["_id"],
        sandbox_id=document["sandbox_id"],
        project_id=document["project_id"],
        user_id=document["user_id"],
        kind=ExecutionKind(document["kind"]),
        language=None if language is None else ExecutionLanguage(language),
        command=document["command"],
        args=tuple(document["args"]),
        status=ExecutionStatus(document["status"]),
        error_type=None if error_type is None else ExecutionErrorType(error_type),
        error_message=document["error_message"],
        exit_code=document["exit_code"],
        signal=document["signal"],
        timeout_ms=document["timeout_ms"],
        idle_timeout_ms=document.get("idle_timeout_ms"),
        timeout_clock=None if (clock := document.get("timeout_clock")) is None else TimeoutClock(clock),
        is_temporary=document.get("temporary", False),
        background=document.get("background", False),
        stdin_open=document.get("stdin_open", False),
        last_sequence=document["last_sequence"],
        stdout_bytes=document["stdout_bytes"],
        stderr_bytes=document["stderr_bytes"],
        truncated=document["truncated"],
        duration_ms=document["duration_ms"],
        queued_ms=document["queued_ms"],
        cpu_time_ms=document["cpu_time_ms"],
        peak_memory_bytes=document["peak_memory_bytes"],
        created_at=document["created_at"],
        started_at=document["started_at"],
        finished_at=document["finished_at"],
    )
