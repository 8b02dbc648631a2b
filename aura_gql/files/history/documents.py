"""The `file_versions` collection and every query on it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from beanie import Document, PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.changes.records import EntryKind
from aura_gql.files.records import FileRecord, RevisionSource, VersionKind, VersionRecord
from aura_gql.infra.mongo import MongoDocument
from aura_gql.kernel.languages import language_of


class FileVersionDocument(Document):
    """What a path once held. Versions are only ever added, a deletion being one, too; `kind` says which."""

    project_id: PydanticObjectId
    path: str
    version: int
    revision: int
    sha256: str
    size: int
    executable: bool
    scope: str
    is_binary: bool
    entry: EntryKind
    author: str
    created_at: datetime
    kind: VersionKind
    source: RevisionSource
    from_path: str | None
    from_version: int | None
    moved_to: str | None

    class Settings:
        """Collection and indexes: a path's history, what a revision of the project changed, and who names a blob."""

        name = "file_versions"
        indexes: ClassVar[list[IndexModel]] = [
            IndexModel([("project_id", ASCENDING), ("path", ASCENDING), ("version", ASCENDING)], unique=True),
            IndexModel([("project_id", ASCENDING), ("revision", ASCENDING)]),
            IndexModel([("project_id", ASCENDING), ("sha256", ASCENDING)]),
        ]

    @classmethod
    async def insert_records(cls, records: Sequence[VersionRecord], session: AsyncClientSession) -> None:
        """Remember what became of the files, at least one."""
        await cls.get_pymongo_collection().insert_many([_to_document(record) for record in records], session=session)

    @classmethod
    async def find_versions(cls, project_id: ObjectId, versions: Sequence[tuple[str, int]]) -> list[VersionRecord]:
        """These versions of their paths, by path; at least one is asked for."""
        either = [{"project_id": project_id, "path": path, "version": version} for path, version in versions]
        cursor = cls.get_pymongo_collection().find({"$or": either}, {"_id": 0}).sort("path", ASCENDING)
        return [_to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def find_behind(cls, project_id: ObjectId, path: str, version: int, limit: int) -> list[VersionRecord]:
        """The newest `limit` versions of a path behind one, oldest first."""
        query = {"project_id": project_id, "path": path, "version": {"$gt": version}}
        cursor = cls.get_pymongo_collection().find(query, {"_id": 0}).sort("version", DESCENDING).limit(limit)
        return [_to_record(document) for document in reversed(await cursor.to_list())]

    @classmethod
    async def find_last_versions(
        cls, project_id: ObjectId, paths: Sequence[str], session: AsyncClientSession | None = None
    ) -> dict[str, int]:
        """The number of the last version of each of the paths that ever held something."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"project_id": project_id, "path": {"$in": list(paths)}}},
            {"$group": {"_id": "$path", "last": {"$max": "$version"}}},
        ]
        cursor = await cls.get_pymongo_collection().aggregate(stages, session=session)
        return {found["_id"]: found["last"] async for found in cursor}

    @classmethod
    async def find_since(cls, project_id: ObjectId, revision: int) -> list[VersionRecord]:
        """The newest version of each path that changed behind a revision, oldest change first."""
        query = {"project_id": project_id, "revision": {"$gt": revision}}
        cursor = cls.get_pymongo_collection().find(query, {"_id": 0}).sort("revision", ASCENDING)
        newest: dict[str, VersionRecord] = {}
        async for document in cursor:
            newest.pop(document["path"], None)
            newest[document["path"]] = _to_record(document)
        return list(newest.values())

    @classmethod
    async def find_as_of(
        cls, project_id: ObjectId, revision: int, paths: Sequence[str] | None = None
    ) -> list[FileRecord]:
        """What was there at a revision of the project, as it was then, by path; of these `paths` alone where given."""
        query: dict[str, Any] = {"project_id": project_id, "revision": {"$lte": revision}}
        if paths is not None:
            query["path"] = {"$in": list(paths)}
        stages: list[Mapping[str, Any]] = [
            {"$match": query},
            {"$sort": {"path": ASCENDING, "version": ASCENDING}},
            {"$group": {"_id": "$path", "latest": {"$last": "$$ROOT"}}},
            {"$match": {"latest.kind": {"$ne": VersionKind.DELETED}}},
            {"$sort": {"_id": ASCENDING}},
        ]
        cursor = await cls.get_pymongo_collection().aggregate(stages, hint="project_id_1_path_1_version_1")
        return [_to_record(found["latest"]).file async for found in cursor]

    @classmethod
    async def find_back(
        cls, project_id: ObjectId, path: str, version: int | None, limit: int, *, above: int = 0
    ) -> list[VersionRecord]:
        """Up to `limit` versions of a path, newest first: from this one back, or the newest; those `above`."""
        bounds = {"$gt": above} | ({} if version is None else {"$lte": version})
        query = {"project_id": project_id, "path": path, "version": bounds}
        cursor = cls.get_pymongo_collection().find(query, {"_id": 0}).sort("version", DESCENDING).limit(limit)
        return [_to_record(document) for document in await cursor.to_list()]

    @classmethod
    async def find_last_move(cls, project_id: ObjectId, path: str, version: int | None) -> VersionRecord | None:
        """The last move to a path, up to this version of it or up to the newest."""
        query: dict[str, Any] = {"project_id": project_id, "path": path, "kind": VersionKind.MOVED}
        if version is not None:
            query["version"] = {"$lte": version}
        found = await cls.get_pymongo_collection().find_one(query, {"_id": 0}, sort=[("version", DESCENDING)])
        return None if found is None else _to_record(found)

    @classmethod
    async def count_from(cls, project_id: ObjectId, path: str, first: int, last: int | None) -> int:
        """How many versions a path has from `first` on, up to `last` or the newest."""
        bounds = {"$gte": first} | ({} if last is None else {"$lte": last})
        query = {"project_id": project_id, "path": path, "version": bounds}
        return await cls.get_pymongo_collection().count_documents(query)

    @classmethod
    async def find_arrivals(
        cls, project_id: ObjectId, paths: Collection[str], first: int, last: int
    ) -> dict[str, list[VersionRecord]]:
        """How files came to be at these paths behind the revision `first` and up to `last`, by path, newest first."""
        query = {
            "project_id": project_id,
            "path": {"$in": list(paths)},
            "revision": {"$gt": first, "$lte": last},
            "kind": {"$in": [VersionKind.CREATED, VersionKind.MOVED]},
        }
        arrivals: dict[str, list[VersionRecord]] = defaultdict(list)
        cursor = cls.get_pymongo_collection().find(query, {"_id": 0}, hint="project_id_1_path_1_version_1")
        for document in await cursor.sort([("path", ASCENDING), ("version", DESCENDING)]).to_list():
            arrivals[document["path"]].append(_to_record(document))
        return arrivals

    @classmethod
    async def remove_project(cls, project_id: ObjectId) -> None:
        """Drop the history of a project's files."""
        await cls.get_pymongo_collection().delete_many({"project_id": project_id})


def _to_document(record: VersionRecord) -> MongoDocument:
    file = record.file
    return {
        "project_id": file.project_id,
        "path": file.path,
        "version": file.version,
        "revision": file.revision,
        "sha256": file.sha256,
        "size": file.size,
        "executable": file.executable,
        "scope": file.scope,
        "is_binary": file.is_binary,
        "entry": file.entry,
        "author": file.updated_by,
        "created_at": file.updated_at,
        "kind": record.kind,
        "source": record.source,
        "from_path": record.from_path,
        "from_version": record.from_version,
        "moved_to": record.moved_to,
    }


def _to_record(document: MongoDocument) -> VersionRecord:
    file = FileRecord(
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
        # Rows that are older than deletions and folders say nothing of these.
        entry=EntryKind(document.get("entry", EntryKind.FILE)),
    )
    first = VersionKind.CREATED if file.version == 1 else VersionKind.MODIFIED
    return VersionRecord(
        file,
        VersionKind(document.get("kind", first)),
        RevisionSource(document.get("source", RevisionSource.SAVE)),
        document.get("from_path"),
        document.get("from_version"),
        document.get("moved_to"),
    )
