"""The `projects` collection and every query on it.

Each change of a project that others can see is one atomic update: it takes the next event sequence and keeps the event
in the document, so that a follower can refill what the bus lost.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.matching import VISIBLE, Match
from aura_gql.projects.records import (
    InitialisationStep,
    NewProject,
    ProjectEventRecord,
    ProjectRecord,
    ProjectStatus,
)
from aura_gql.projects.stored import ConfigurationModel, EventModel, to_events, to_record, to_stored

EVENTS_KEPT = 64
_NEW = ProjectStatus.INITIALIZING.value
_WITHOUT_EVENTS = {"events": 0}


class ProjectDocument(Document):
    """A project. It is `admitted` once it was found to be within its owner's limit; `admission_id` tells it from
    another under its id that was stored before or after it. From READY until its template has counted it, it is also
    marked `use_pending`.
    """

    user_id: str
    name: str
    description: str
    template_id: PydanticObjectId
    template_revision: str | None = None
    start_command: str | None = None
    status: ProjectStatus
    step: InitialisationStep
    error_code: str | None = None
    error_message: str | None = None
    configuration: ConfigurationModel
    sandbox_provider: SandboxProviderName
    auto_start_sandbox: bool
    admitted: bool = False
    admission_id: PydanticObjectId = Field(default_factory=PydanticObjectId)
    revision: int = 0
    event_sequence: int
    attempt: int = 1
    events: list[EventModel]
    created_at: datetime
    updated_at: datetime

    class Settings:
        """Collection and indexes: a user's projects by time, the unfinished ones for recovery, and those to count."""

        name = "projects"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("user_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("status", ASCENDING), ("_id", ASCENDING)]),
            IndexModel("use_pending", partialFilterExpression={"use_pending": True}),
        ]

    @classmethod
    async def add(
        cls,
        project_id: ObjectId,
        user_id: str,
        new: NewProject,
        provider: SandboxProviderName,
        template_revision: str | None = None,
    ) -> bool:
        """Store a new project, QUEUED for its initialisation; False where there is one with this id already."""
        at = utcnow()
        status, step = ProjectStatus.INITIALIZING, InitialisationStep.QUEUED
        document = cls(
            id=PydanticObjectId(project_id),
            user_id=user_id,
            name=new.name,
            description=new.description,
            template_id=PydanticObjectId(new.template_id),
            template_revision=template_revision,
            status=status,
            step=step,
            configuration=to_stored(new.configuration),
            sandbox_provider=provider,
            auto_start_sandbox=new.auto_start_sandbox,
            event_sequence=1,
            events=[EventModel(sequence=1, status=status, step=step, message="The project is created.", at=at)],
            created_at=at,
            updated_at=at,
        )
        try:
            await document.insert()
        except DuplicateKeyError:
            return False
        return True

    @classmethod
    async def find_admission(cls, project_id: ObjectId) -> tuple[ObjectId | None, bool] | None:
        """The admission of a project, and whether it was granted, as it counts as soon as the project is no longer new;
        None where the project is not there.
        """
        fields = {"admission_id": 1, "admitted": 1, "status": 1}
        found = await cls.get_pymongo_collection().find_one({"_id": project_id}, fields)
        if found is None:
            return None
        return found.get("admission_id"), found.get("admitted", True) or found["status"] != _NEW

    @classmethod
    async def admit(cls, project_id: ObjectId, admission_id: ObjectId | None) -> bool:
        """Grant the admission; False where it is another by now, or the project is gone."""
        match = {"_id": project_id, "admission_id": admission_id}
        return (await cls.get_pymongo_collection().update_one(match, {"$set": {"admitted": True}})).matched_count == 1

    @classmethod
    async def take_back(cls, project_id: ObjectId, admission_id: ObjectId | None) -> bool:
        """Forget the project; False where its admission was granted or is another by now, or it is gone."""
        match = {
            "_id": project_id,
            "admission_id": admission_id,
            "admitted": False,
            "status": ProjectStatus.INITIALIZING.value,
        }
        return (await cls.get_pymongo_collection().delete_one(match)).deleted_count == 1

    @classmethod
    async def find_record(cls, project_id: ObjectId) -> ProjectRecord | None:
        """The project, whatever its state and whoever owns it."""
        document = await cls.get_pymongo_collection().find_one({"_id": project_id}, _WITHOUT_EVENTS)
        return None if document is None else to_record(document)

    @classmethod
    async def find_latest(cls, project_id: ObjectId) -> tuple[ProjectRecord, ProjectEventRecord] | None:
        """The project, whatever its state and whoever owns it, with its latest change."""
        document = await cls.get_pymongo_collection().find_one({"_id": project_id}, {"events": {"$slice": -1}})
        return None if document is None else (to_record(document), to_events(document)[-1])

    @classmethod
    async def find_owned(cls, user_id: str, project_ids: Sequence[ObjectId]) -> list[ProjectRecord]:
        """Those of the projects that the user owns and that are not being deleted, in no order."""
        query = {"_id": {"$in": list(project_ids)}, "user_id": user_id, "status": VISIBLE}
        documents = await cls.get_pymongo_collection().find(query, _WITHOUT_EVENTS).to_list()
        return [to_record(document) for document in documents]

    @classmethod
    async def find_with(
        cls, user_id: str, project_id: ObjectId, beside: Sequence[Mapping[str, Any]]
    ) -> tuple[ProjectRecord, Mapping[str, Any]] | None:
        """A project as `find_owned` gives it, with what the `$lookup` stages `beside` found, none of it older than the
        project; in one round trip. None where the user has none of this id.
        """
        match = {"_id": project_id, "user_id": user_id, "status": VISIBLE}
        stages: list[Mapping[str, Any]] = [{"$match": match}, {"$project": _WITHOUT_EVENTS}, *beside]
        found = await (await cls.get_pymongo_collection().aggregate(stages)).to_list()
        return (to_record(found[0]), found[0]) if found else None

    @classmethod
    async def find_page(cls, query: Match, after: tuple[datetime, ObjectId] | None, limit: int) -> list[ProjectRecord]:
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
        return [to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def count_matching(cls, query: Match) -> int:
        """How many projects match a query of `owned_query`."""
        return await cls.get_pymongo_collection().count_documents(query)

    @classmethod
    async def find_unfinished(cls) -> list[tuple[ObjectId, ProjectStatus, int]]:
        """Id, status and attempt of every project that a background job has yet to finish."""
        unfinished = [ProjectStatus.INITIALIZING.value, ProjectStatus.DELETING.value]
        cursor = cls.get_pymongo_collection().find({"status": {"$in": unfinished}}, {"status": 1, "attempt": 1})
        return [(found["_id"], ProjectStatus(found["status"]), found["attempt"]) async for found in cursor]

    @classmethod
    async def find_all_of(cls, user_id: str, session: AsyncClientSession | None = None) -> list[ObjectId]:
        """The ids of every project that the user owns, whatever its status."""
        cursor = cls.get_pymongo_collection().find({"user_id": user_id}, {"_id": 1}, session=session)
        return [found["_id"] async for found in cursor]

    @classmethod
    async def walk_ids(cls) -> AsyncIterator[ObjectId]:
        """The id of every project, whatever its status, oldest first."""
        async for found in cls.get_pymongo_collection().find({}, {"_id": 1}).sort("_id", ASCENDING):
            yield found["_id"]

    @classmethod
    async def hold(cls, project_id: ObjectId, session: AsyncClientSession) -> bool:
        """Have the project not begin to be deleted before the transaction has ended; False where it has, or is gone.

        It is written to, so that whoever changes its status waits, or else was first and is seen.
        """
        query, change = {"_id": project_id, "status": VISIBLE}, {"$set": {"held_at": utcnow()}}
        return (await cls.get_pymongo_collection().update_one(query, change, session=session)).matched_count == 1

    @classmethod
    async def is_there(cls, project_id: ObjectId, session: AsyncClientSession) -> bool:
        """Whether the project is there, and is not being deleted, as the transaction sees it."""
        query = {"_id": project_id, "status": VISIBLE}
        return await cls.get_pymongo_collection().find_one(query, {"_id": 1}, session=session) is not None

    @classmethod
    async def advance_revision(cls, project_id: ObjectId, session: AsyncClientSession) -> int | None:
        """Count a change of the project's files, inside a transaction; the new revision, None where it is gone."""
        document = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": project_id, "status": VISIBLE},
            {"$inc": {"revision": 1}, "$set": {"updated_at": utcnow()}},
            projection={"revision": 1},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if document is None else int(document["revision"])

    @classmethod
    async def change(
        cls,
        match: Match,
        values: Mapping[str, Any],
        message: str,
        *,
        new_attempt: bool = False,
        new_revision: bool = False,
        session: AsyncClientSession | None = None,
    ) -> tuple[ProjectRecord, ProjectEventRecord] | None:
        """Compare and set: where a project matches, store `values` and the event; None where none does any more."""
        at = utcnow()
        fields: dict[str, Any] = {name: {"$literal": value} for name, value in values.items()}
        fields |= {"updated_at": at, "event_sequence": {"$add": ["$event_sequence", 1]}}
        if new_attempt:
            fields["attempt"] = {"$add": ["$attempt", 1]}
        if new_revision:
            fields["revision"] = {"$add": ["$revision", 1]}
        event = {
            "sequence": "$event_sequence",
            "status": "$status",
            "step": "$step",
            "message": {"$literal": message},
            "at": at,
        }
        events = {"$slice": [{"$concatArrays": ["$events", [event]]}, -EVENTS_KEPT]}
        document = await cls.get_pymongo_collection().find_one_and_update(
            match,
            [{"$set": fields}, {"$set": {"events": events}}],
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if document is None:
            return None
        return to_record(document), to_events(document)[-1]

    @classmethod
    async def latest_event(cls, user_id: str, project_id: ObjectId) -> ProjectEventRecord | None:
        """The latest change of a project that the user owns and that is not being deleted."""
        document = await cls.get_pymongo_collection().find_one(
            {"_id": project_id, "user_id": user_id, "status": VISIBLE}, {"events": {"$slice": -1}}
        )
        return None if document is None else to_events(document)[-1]

    @classmethod
    async def events_after(
        cls, project_id: ObjectId, sequence: int, user_id: str | None = None
    ) -> list[ProjectEventRecord] | None:
        """The kept events behind `sequence`, in order; None where the project is no more, or not that user's."""
        query: Match = {"_id": project_id} if user_id is None else {"_id": project_id, "user_id": user_id}
        document = await cls.get_pymongo_collection().find_one(query, {"events": 1})
        if document is None:
            return None
        return [event for event in to_events(document) if event.sequence > sequence]

    @classmethod
    async def remove(cls, project_id: ObjectId, status: ProjectStatus) -> None:
        """Drop the document, if it still has the status."""
        await cls.get_pymongo_collection().delete_one({"_id": project_id, "status": status.value})
