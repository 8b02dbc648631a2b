"""The `project_files` collection and every query on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, DeleteOne, IndexModel, InsertOne, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.archives.documents import ProjectArchiveDocument
from aura_gql.files.changes.documents import FileChangeCounter, FileChangeDocument
from aura_gql.files.changes.records import EntryKind
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.history.retention.documents import HistoryFloorDocument
from aura_gql.files.paths import path_key
from aura_gql.files.records import FileRecord
from aura_gql.files.staging.documents import UploadTicketDocument
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.files.writing.documents import FileBatchDocument
from aura_gql.infra.mongo import Client, MongoDocument
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.sweeping.documents import SWEEPING_DOCUMENTS
from aura_gql.storage.verifying.documents import LostBlobDocument

_RECORD_FIELDS = {"_id": 0, **{field.name: 1 for field in fields(FileRecord)}}
# Rows that are older than kept folders have no `entry`; all of them are files.
_FILES = {"entry": {"$ne": EntryKind.FOLDER}}


class ProjectFileDocument(Document):
    """A file of a project as it is now, or a folder that is kept. `path_key` is what must not occur twice: that of
    `FileRecord.place`, see `paths.path_key`.
    """

    project_id: PydanticObjectId
    path: str
    path_key: str
    version: int
    revision: int
    sha256: str
    size: int
    executable: bool
    scope: str
    language: str
    is_binary: bool
    updated_at: datetime
    updated_by: str
    entry: EntryKind = EntryKind.FILE

    class Settings:
        """Collection and indexes: a project's files by path, by key, and by the revision that changed them."""

        name = "project_files"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("project_id", ASCENDING), ("path", ASCENDING)], unique=True),
            IndexModel([("project_id", ASCENDING), ("path_key", ASCENDING)], unique=True),
            IndexModel([("project_id", ASCENDING), ("revision", ASCENDING), ("path", ASCENDING)]),
        ]

    @classmethod
    def client(cls) -> Client:
        """The client that transactions on these collections need."""
        return cls.get_pymongo_collection().database.client

    @classmethod
    async def find_trees(cls, project_ids: Iterable[ObjectId]) -> list[FileRecord]:
        """Every file of the projects, by project and path."""
        query = {"project_id": {"$in": list(project_ids)}, **_FILES}
        return await cls._find(query, [("project_id", ASCENDING), ("path", ASCENDING)])

    @classmethod
    async def find_folders(cls, project_ids: Iterable[ObjectId]) -> list[FileRecord]:
        """Every kept folder of the projects, by project and path."""
        query = {"project_id": {"$in": list(project_ids)}, "entry": EntryKind.FOLDER}
        return await cls._find(query, [("project_id", ASCENDING), ("path", ASCENDING)])

    @classmethod
    async def find_entries(cls, project_id: ObjectId, session: AsyncClientSession | None = None) -> list[FileRecord]:
        """Every file and kept folder of a project, in no order."""
        return await cls._find({"project_id": project_id}, None, session)

    @classmethod
    async def find_some(
        cls, project_id: ObjectId, paths: Sequence[str], session: AsyncClientSession | None = None
    ) -> list[FileRecord]:
        """What is there at clean paths, in no order."""
        return await cls._find({"project_id": project_id, "path": {"$in": list(paths)}}, None, session)

    @classmethod
    def beside(cls, project_id: ObjectId, paths: Sequence[str]) -> MongoDocument:
        """The `$lookup` stage that finds what `find_some` does; see `from_beside`."""
        stages = [{"$match": {"project_id": project_id, "path": {"$in": list(paths)}}}, {"$project": _RECORD_FIELDS}]
        return {"$lookup": {"from": cls.Settings.name, "pipeline": stages, "as": cls.Settings.name}}

    @classmethod
    def from_beside(cls, found: Mapping[str, Any]) -> list[FileRecord]:
        """What the stage found."""
        return [_to_record(document) for document in found[cls.Settings.name]]

    @classmethod
    async def find_paths(cls, paths: Mapping[ObjectId, Sequence[str]]) -> list[FileRecord]:
        """The files at clean paths of each project, in no order; at least one project."""
        either = [
            {"project_id": project_id, "path": {"$in": list(wanted)}, **_FILES} for project_id, wanted in paths.items()
        ]
        return await cls._find({"$or": either}, None)

    @classmethod
    async def find_changed(cls, project_id: ObjectId, revision: int) -> list[FileRecord]:
        """The files and kept folders that changed behind a revision, oldest change first.

        Read by that index alone: a save meanwhile moves its file ahead of the reader, so that whoever sees a revision
        has seen all before it.
        """
        query = {"project_id": project_id, "revision": {"$gt": revision}}
        return await cls._find(query, [("revision", ASCENDING), ("path", ASCENDING)])

    @classmethod
    async def find_neighbours(
        cls, project_id: ObjectId, path: str, session: AsyncClientSession | None = None
    ) -> list[FileRecord]:
        """What is next to `path` in order of key: at or before it, and behind."""
        key = path_key(path)
        found: list[FileRecord] = []
        for bound, direction in (({"$lte": key}, DESCENDING), ({"$gt": key}, ASCENDING)):
            document = await cls.get_pymongo_collection().find_one(
                {"project_id": project_id, "path_key": bound},
                _RECORD_FIELDS,
                sort=[("path_key", direction)],
                session=session,
            )
            if document is not None:
                found.append(_to_record(document))
        return found

    @classmethod
    async def insert_records(cls, records: Sequence[FileRecord], session: AsyncClientSession) -> None:
        """Add files, at least one."""
        await cls.get_pymongo_collection().insert_many([_to_document(record) for record in records], session=session)

    @classmethod
    async def write_records(
        cls,
        removed: Sequence[FileRecord],
        written: Sequence[tuple[FileRecord | None, FileRecord]],
        session: AsyncClientSession,
    ) -> bool:
        """Compare and set, in one round trip: take files away, and put others in the place of those that were there
        before, if any. False where one of them is no longer as it was. At least one.
        """
        replaced = [(before, after) for before, after in written if before is not None]
        changes: list[DeleteOne | UpdateOne | InsertOne[MongoDocument]] = [
            # First, as another spelling of a path has the same key.
            *(DeleteOne(_as_it_was(record)) for record in removed),
            *(UpdateOne(_as_it_was(before), {"$set": _to_document(after)}) for before, after in replaced),
            *(InsertOne(_to_document(after)) for before, after in written if before is None),
        ]
        result = await cls.get_pymongo_collection().bulk_write(changes, session=session)
        return result.deleted_count == len(removed) and result.matched_count == len(replaced)

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Drop every file of a project."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})

    @classmethod
    async def _find(
        cls,
        query: Mapping[str, Any],
        order: Sequence[tuple[str, int]] | None,
        session: AsyncClientSession | None = None,
    ) -> list[FileRecord]:
        cursor = cls.get_pymongo_collection().find(query, _RECORD_FIELDS, session=session)
        if order is not None:
            cursor = cursor.sort(order)
        return [_to_record(document) for document in await cursor.to_list()]


FILE_DOCUMENTS: Sequence[type[Document]] = (
    ProjectFileDocument,
    FileVersionDocument,
    HistoryFloorDocument,
    ProjectStorageDocument,
    FileBatchDocument,
    UploadTicketDocument,
    ProjectArchiveDocument,
    FileChangeCounter,
    FileChangeDocument,
    UserStorageDocument,
    *SWEEPING_DOCUMENTS,
    LostBlobDocument,
)
"""The collections of the files room, and those of the storage below it that it needs."""


def _as_it_was(record: FileRecord) -> MongoDocument:
    return {"project_id": record.project_id, "path": record.path, "version": record.version}


def _to_document(record: FileRecord) -> MongoDocument:
    return asdict(record) | {"path_key": path_key(record.place)}


def _to_record(document: MongoDocument) -> FileRecord:
    return FileRecord(**{**document, "entry": EntryKind(document.get("entry", EntryKind.FILE))})
