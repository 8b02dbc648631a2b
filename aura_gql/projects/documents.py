"""The `projects` collection and every query on it.

Each change of a project that others can see is one atomic update: it takes the next event sequence and keeps the event
in the document, so that a follower can refill what the bus lost.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.records import (
    InitialisationStep,
    PackageManager,
    PackageRequest,
    ProjectConfiguration,
    ProjectEventRecord,
    ProjectRecord,
    ProjectStatus,
)

EVENTS_KEPT = 64
_VISIBLE = {"$ne": ProjectStatus.DELETING.value}
_WITHOUT_EVENTS = {"events": 0}


class PackageModel(BaseModel):
    """A package to add, as stored."""

    name: str
    version: str | None = None
    dev: bool = False


class ConfigurationModel(BaseModel):
    """A project's configuration, as stored."""

    typescript: bool | None = None
    eslint: bool | None = None
    prettier: bool | None = None
    tailwindcss: bool | None = None
    package_manager: PackageManager | None = None
    additional_dependencies: list[PackageModel] = Field(default_factory=list)


class EventModel(BaseModel):
    """One of the latest changes, as stored."""

    sequence: int
    status: ProjectStatus
    step: InitialisationStep
    message: str
    at: datetime


class ProjectDocument(Document):
    """A project."""

    user_id: str
    name: str
    description: str
    template_id: PydanticObjectId
    status: ProjectStatus
    step: InitialisationStep
    error_code: str | None = None
    error_message: str | None = None
    configuration: ConfigurationModel
    sandbox_provider: SandboxProviderName
    auto_start_sandbox: bool
    revision: int = 0
    event_sequence: int
    attempt: int = 1
    events: list[EventModel]
    created_at: datetime
    updated_at: datetime

    class Settings:
        """Collection and indexes: a user's projects by time, and the unfinished ones for recovery."""

        name = "projects"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("user_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("status", ASCENDING), ("_id", ASCENDING)]),
        ]

    @classmethod
    async def find_record(cls, project_id: ObjectId) -> ProjectRecord | None:
        """The project, whatever its state and whoever owns it."""
        document = await cls.get_pymongo_collection().find_one({"_id": project_id}, _WITHOUT_EVENTS)
        return None if document is None else to_record(document)

    @classmethod
    async def find_owned(cls, user_id: str, project_ids: Sequence[ObjectId]) -> list[ProjectRecord]:
        """Those of the projects that the user owns and that are not being deleted, in no order."""
        query = {"_id": {"$in": list(project_ids)}, "user_id": user_id, "status": _VISIBLE}
        return [to_record(document) async for document in cls.get_pymongo_collection().find(query, _WITHOUT_EVENTS)]

    @classmethod
    async def find_page(
        cls, query: Mapping[str, Any], after: tuple[datetime, ObjectId] | None, limit: int
    ) -> list[ProjectRecord]:
        """Up to `limit` projects that match a query of `owned_query`, newest first, behind `after`."""
        where = dict(query)
        if after is not None:
            created_at, project_id = after
            where["$or"] = [
                {"created_at": {"$lt": created_at}},
                {"created_at": created_at, "_id": {"$lt": project_id}},
            ]
            where["created_at"] = {"$lte": created_at}
        order = [("created_at", DESCENDING), ("_id", DESCENDING)]
        cursor = cls.get_pymongo_collection().find(where, _WITHOUT_EVENTS).sort(order).limit(limit)
        return [to_record(document) async for document in cursor]

    @classmethod
    async def count_matching(cls, query: Mapping[str, Any]) -> int:
        """How many projects match a query of `owned_query`."""
        return await cls.get_pymongo_collection().count_documents(query)

    @classmethod
    async def find_unfinished(cls) -> list[tuple[ObjectId, ProjectStatus, int]]:
        """Id, status and attempt of every project that a background job has yet to finish."""
        unfinished = [ProjectStatus.INITIALIZING.value, ProjectStatus.DELETING.value]
        cursor = cls.get_pymongo_collection().find({"status": {"$in": unfinished}}, {"status": 1, "attempt": 1})
        return [(found["_id"], ProjectStatus(found["status"]), found["attempt"]) async for found in cursor]

    @classmethod
    async def advance_revision(cls, project_id: ObjectId, session: AsyncClientSession) -> int | None:
        """Count a change of the project's files, inside a transaction; the new revision, None where it is gone."""
        document = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": project_id, "status": _VISIBLE},
            {"$inc": {"revision": 1}, "$set": {"updated_at": utcnow()}},
            projection={"revision": 1},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if document is None else int(document["revision"])

    @classmethod
    async def change(
        cls, match: Mapping[str, Any], values: Mapping[str, Any], message: str, *, new_attempt: bool = False
    ) -> tuple[ProjectRecord, ProjectEventRecord] | None:
        """Compare and set: where a project matches, store `values` and the event; None where none does any more."""
        at = utcnow()
        fields: dict[str, Any] = {name: {"$literal": value} for name, value in values.items()}
        fields |= {"updated_at": at, "event_sequence": {"$add": ["$event_sequence", 1]}}
        if new_attempt:
            fields["attempt"] = {"$add": ["$attempt", 1]}
        event = {
            "sequence": "$event_sequence",
            "status": "$status",
            "step": "$step",
            "message": {"$literal": message},
            "at": at,
        }
        events = {"$slice": [{"$concatArrays": ["$events", [event]]}, -EVENTS_KEPT]}
        document = await cls.get_pymongo_collection().find_one_and_update(
            match, [{"$set": fields}, {"$set": {"events": events}}], return_document=ReturnDocument.AFTER
        )
        if document is None:
            return None
        return to_record(document), to_events(document)[-1]

    @classmethod
    async def events_after(cls, project_id: ObjectId, sequence: int) -> list[ProjectEventRecord] | None:
        """The kept events behind `sequence`, in order; None where the project is no more."""
        document = await cls.get_pymongo_collection().find_one({"_id": project_id}, {"events": 1})
        if document is None:
            return None
        return [event for event in to_events(document) if event.sequence > sequence]

    @classmethod
    async def remove(cls, project_id: ObjectId, status: ProjectStatus) -> None:
        """Drop the document, if it still has the status."""
        await cls.get_pymongo_collection().delete_one({"_id": project_id, "status": status.value})


def owned_query(
    user_id: str,
    *,
    status: ProjectStatus | None = None,
    template_id: ObjectId | None = None,
    name_pattern: str | None = None,
) -> dict[str, Any]:
    """The query for a user's projects; `name_pattern` is a regular expression, matched in any case."""
    query: dict[str, Any] = {"user_id": user_id, "status": _VISIBLE}
    if status is not None:
        query["status"] = {"$eq": status.value, **_VISIBLE}
    if template_id is not None:
        query["template_id"] = template_id
    if name_pattern is not None:
        query["name"] = {"$regex": name_pattern, "$options": "i"}
    return query


def to_events(document: Mapping[str, Any]) -> list[ProjectEventRecord]:
    """The events kept in a raw document."""
    return [
        ProjectEventRecord(
            project_id=document["_id"],
            sequence=event["sequence"],
            status=ProjectStatus(event["status"]),
            step=InitialisationStep(event["step"]),
            message=event["message"],
            at=event["at"],
        )
        for event in document["events"]
    ]


def to_record(document: Mapping[str, Any]) -> ProjectRecord:
    """A raw document as a record."""
    return ProjectRecord(
        id=document["_id"],
        user_id=document["user_id"],
        name=document["name"],
        description=document["description"],
        template_id=document["template_id"],
        status=ProjectStatus(document["status"]),
        step=InitialisationStep(document["step"]),
        error_code=document["error_code"],
        error_message=document["error_message"],
        configuration=_to_configuration(document["configuration"]),
        sandbox_provider=SandboxProviderName(document["sandbox_provider"]),
        auto_start_sandbox=document["auto_start_sandbox"],
        revision=document["revision"],
        event_sequence=document["event_sequence"],
        attempt=document["attempt"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
    )


def _to_configuration(stored: Mapping[str, Any]) -> ProjectConfiguration:
    manager = stored["package_manager"]
    return ProjectConfiguration(
        typescript=stored["typescript"],
        eslint=stored["eslint"],
        prettier=stored["prettier"],
        tailwindcss=stored["tailwindcss"],
        package_manager=None if manager is None else PackageManager(manager),
        additional_dependencies=tuple(
            PackageRequest(package["name"], package["version"], package["dev"])
            for package in stored["additional_dependencies"]
        ),
    )
