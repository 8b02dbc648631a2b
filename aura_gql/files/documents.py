"""The `project_files`, `file_versions` and `project_storage` collections and every query on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.paths import path_key
from aura_gql.files.records import FileRecord, StorageTotals, StorageUse
from aura_gql.infra.mongo import Client, MongoDocument
from aura_gql.kernel.languages import language_of

_RECORD_FIELDS = {"_id": 0, **{field.name: 1 for field in fields(FileRecord)}}


class ProjectFileDocument(Document):
    """A file of a project as it is now. `path_key` is what must not occur twice: see `paths.path_key`."""

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
        query = {"project_id": {"$in": list(project_ids)}}
        return await cls._find(query, [("project_id", ASCENDING), ("path", ASCENDING)])

    @classmethod
    async def find_at(
        cls, project_id: ObjectId, path: str, session: AsyncClientSession | None = None
    ) -> FileRecord | None:
        """The file at a clean path."""
        document = await cls.get_pymongo_collection().find_one(
            {"project_id": project_id, "path": path}, _RECORD_FIELDS, session=session
        )
        return None if document is None else FileRecord(**document)

    @classmethod
    async def find_all_paths(cls, project_id: ObjectId, session: AsyncClientSession | None = None) -> list[str]:
        """Every path of a project, in order of key."""
        cursor = cls.get_pymongo_collection().find({"project_id": project_id}, {"_id": 0, "path": 1}, session=session)
        return [document["path"] async for document in cursor.sort("path_key", ASCENDING)]

    @classmethod
    async def find_some(
        cls, project_id: ObjectId, paths: Sequence[str], session: AsyncClientSession | None = None
    ) -> dict[str, FileRecord]:
        """Those of the files at clean paths that exist, by path."""
        query = {"project_id": project_id, "path": {"$in": list(paths)}}
        cursor = cls.get_pymongo_collection().find(query, _RECORD_FIELDS, session=session)
        return {document["path"]: FileRecord(**document) async for document in cursor}

    @classmethod
    async def find_paths(cls, paths: Mapping[ObjectId, Sequence[str]]) -> list[FileRecord]:
        """The files at clean paths of each project, in no order; at least one project."""
        either = [{"project_id": project_id, "path": {"$in": list(wanted)}} for project_id, wanted in paths.items()]
        return await cls._find({"$or": either}, None)

    @classmethod
    async def find_changed(cls, project_id: ObjectId, revision: int) -> list[FileRecord]:
        """The files that changed behind a revision, oldest change first.

        Read by that index alone: a save meanwhile moves its file ahead of the reader, so that whoever sees a revision
        has seen all before it.
        """
        query = {"project_id": project_id, "revision": {"$gt": revision}}
        return await cls._find(query, [("revision", ASCENDING), ("path", ASCENDING)])

    @classmethod
    async def find_neighbours(
        cls, project_id: ObjectId, path: str, session: AsyncClientSession | None = None
    ) -> list[str]:
        """The paths of the files next to `path` in order of key: the one at or before it, and the one behind."""
        key = path_key(path)
        found: list[str] = []
        for bound, direction in (({"$lte": key}, DESCENDING), ({"$gt": key}, ASCENDING)):
            document = await cls.get_pymongo_collection().find_one(
                {"project_id": project_id, "path_key": bound},
                {"_id": 0, "path": 1},
                sort=[("path_key", direction)],
                session=session,
            )
            if document is not None:
                found.append(document["path"])
        return found

    @classmethod
    async def insert_records(cls, records: Sequence[FileRecord], session: AsyncClientSession) -> None:
        """Add files, at least one."""
        documents = [asdict(record) | {"path_key": path_key(record.path)} for record in records]
        await cls.get_pymongo_collection().insert_many(documents, session=session)

    @classmethod
    async def replace_records(cls, records: Sequence[FileRecord], session: AsyncClientSession) -> bool:
        """Compare and set, in one round trip: make the files what `records` say; False where not all of them are at the
        version before. At least one.
        """
        changes = [
            UpdateOne(
                {"project_id": record.project_id, "path": record.path, "version": record.version - 1},
                {"$set": asdict(record)},
            )
            for record in records
        ]
        result = await cls.get_pymongo_collection().bulk_write(changes, ordered=False, session=session)
        return result.matched_count == len(changes)

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Drop every file of a project."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})

    @classmethod
    async def _find(cls, query: Mapping[str, Any], order: Sequence[tuple[str, int]] | None) -> list[FileRecord]:
        cursor = cls.get_pymongo_collection().find(query, _RECORD_FIELDS)
        if order is not None:
            cursor = cursor.sort(order)
        return [FileRecord(**document) for document in await cursor.to_list()]


class FileVersionDocument(Document):
    """What a file once was. Versions are only ever added."""

    project_id: PydanticObjectId
    path: str
    version: int
    revision: int
    sha256: str
    size: int
    executable: bool
    scope: str
    is_binary: bool
    author: str
    created_at: datetime

    class Settings:
        """Collection and indexes: a file's history, and what a revision of the project changed."""

        name = "file_versions"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("project_id", ASCENDING), ("path", ASCENDING), ("version", ASCENDING)], unique=True),
            IndexModel([("project_id", ASCENDING), ("revision", ASCENDING)]),
        ]

    @classmethod
    async def insert_records(cls, records: Sequence[FileRecord], session: AsyncClientSession) -> None:
        """Remember what the files now are, at least one."""
        await cls.get_pymongo_collection().insert_many([_to_version(record) for record in records], session=session)

    @classmethod
    async def find_versions(cls, project_id: ObjectId, versions: Sequence[tuple[str, int]]) -> list[FileRecord]:
        """The files as they were at these versions of their paths, by path; at least one."""
        either = [{"project_id": project_id, "path": path, "version": version} for path, version in versions]
        cursor = cls.get_pymongo_collection().find({"$or": either}, {"_id": 0}).sort("path", ASCENDING)
        return [_from_version(document) for document in await cursor.to_list()]

    @classmethod
    async def find_as_of(cls, project_id: ObjectId, paths: Sequence[str], revision: int) -> list[FileRecord]:
        """Those of the files that were there at a revision of the project, as they were then."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"project_id": project_id, "path": {"$in": list(paths)}, "revision": {"$lte": revision}}},
            {"$sort": {"path": ASCENDING, "version": ASCENDING}},
            {"$group": {"_id": "$path", "latest": {"$last": "$$ROOT"}}},
        ]
        cursor = await cls.get_pymongo_collection().aggregate(stages)
        return [_from_version(found["latest"]) async for found in cursor]

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Drop the history of a project's files."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})


class ProjectStorageDocument(Document):
    """What a project's files come to, kept exactly; `_id` is the project's."""

    file_count: int
    total_bytes: int

    class Settings:
        """Collection and index: a project's totals by its id, and the largest first."""

        name = "project_storage"
        indexes: ClassVar[list[IndexModel]] = [IndexModel([("total_bytes", DESCENDING)])]

    @classmethod
    async def find_totals(cls, project_id: ObjectId) -> StorageTotals:
        """What the project's files come to; zeros where it has none yet."""
        document = await cls.get_pymongo_collection().find_one({"_id": project_id})
        return StorageTotals(0, 0) if document is None else _to_totals(document)

    @classmethod
    async def find_use(cls, nearly_full_bytes: int) -> StorageUse:
        """What all projects come to, read from the index alone."""
        sizes: list[Mapping[str, Any]] = [
            {"$match": {"total_bytes": {"$gte": 0}}},
            {
                "$group": {
                    "_id": None,
                    "projects": {"$sum": 1},
                    "bytes": {"$sum": "$total_bytes"},
                    "largest": {"$max": "$total_bytes"},
                    "nearly_full": {"$sum": {"$cond": [{"$gte": ["$total_bytes", nearly_full_bytes]}, 1, 0]}},
                }
            },
        ]
        async for found in await cls.get_pymongo_collection().aggregate(sizes):
            return StorageUse(found["projects"], found["bytes"], found["largest"], found["nearly_full"])
        return StorageUse(0, 0, 0, 0)

    @classmethod
    async def add(cls, project_id: ObjectId, growth: StorageTotals, session: AsyncClientSession) -> StorageTotals:
        """Count a growth, inside the transaction that changes the files; what they come to then."""
        document = await cls.get_pymongo_collection().find_one_and_update(
            {"_id": project_id},
            {"$inc": asdict(growth)},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return growth if document is None else _to_totals(document)

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Drop the totals of a project."""
        await cls.get_pymongo_collection().delete_one({"_id": project_id})


FILE_DOCUMENTS: Sequence[type[Document]] = (ProjectFileDocument, FileVersionDocument, ProjectStorageDocument)


def _to_totals(document: Mapping[str, Any]) -> StorageTotals:
    return StorageTotals(document["file_count"], document["total_bytes"])


def _to_version(record: FileRecord) -> MongoDocument:
    return {
        "project_id": record.project_id,
        "path": record.path,
        "version": record.version,
        "revision": record.revision,
        "sha256": record.sha256,
        "size": record.size,
        "executable": record.executable,
        "scope": record.scope,
        "is_binary": record.is_binary,
        "author": record.updated_by,
        "created_at": record.updated_at,
    }


def _from_version(document: MongoDocument) -> FileRecord:
    return FileRecord(
        project_id=document["project_id"],
        path=document["path"],
        version=document["version"],
        revision=document["revision"],
        sha256=document["sha256"],
        size=document["size"],
        executable=document["executable"],
        scope=document["scope"],
        language=language_of(document["path"]),
        is_binary=document["is_binary"],
        updated_at=document["created_at"],
        updated_by=document["author"],
    )
