"""The queries that ask `file_versions` about revisions: each goes by the index of project and revision."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.history.records import RevisionRecord
from aura_gql.files.records import RevisionSource, VersionKind
from aura_gql.infra.mongo import MongoDocument

MAX_PATHS = 20
"""Of a revision, so that one that changed thousands of files is told in few words."""

_INDEX = "project_id_1_revision_1"
# Rows that are older than kinds have none.
_KIND = {"$ifNull": ["$kind", {"$cond": [{"$eq": ["$version", 1]}, VersionKind.CREATED, VersionKind.MODIFIED]}]}
_IS_OLD_PLACE = {"$ne": [{"$ifNull": ["$moved_to", None]}, None]}


class RevisionQueries:
    """What revisions changed. They have no documents of their own: a save would have to write one more."""

    @classmethod
    async def find_at_most(cls, project_id: ObjectId, revision: int | None = None) -> int | None:
        """The newest revision up to this one that changed something; None where there is none."""
        query: dict[str, Any] = {"project_id": project_id}
        if revision is not None:
            query["revision"] = {"$lte": revision}
        found = await FileVersionDocument.get_pymongo_collection().find_one(
            query, {"_id": 0, "revision": 1}, sort=[("revision", DESCENDING)]
        )
        return None if found is None else int(found["revision"])

    @classmethod
    async def find_between(cls, project_id: ObjectId, first: int, last: int) -> list[RevisionRecord]:
        """The revisions in that span that changed something, newest first."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"project_id": project_id, "revision": {"$gte": first, "$lte": last}}},
            {"$set": {"kind": _KIND, "is_old_place": _IS_OLD_PLACE}},
            {
                "$group": {
                    "_id": "$revision",
                    "at": {"$max": "$created_at"},
                    "author": {"$first": "$author"},
                    "source": {"$first": "$source"},
                    "created": _count_of(VersionKind.CREATED),
                    "modified": _count_of(VersionKind.MODIFIED),
                    "moved": _count_of(VersionKind.MOVED),
                    "deleted": _count_of(VersionKind.DELETED),
                    "paths": {"$minN": {"input": {"$cond": ["$is_old_place", None, "$path"]}, "n": MAX_PATHS}},
                }
            },
            {"$sort": {"_id": DESCENDING}},
        ]
        cursor = await FileVersionDocument.get_pymongo_collection().aggregate(stages, hint=_INDEX)
        return [_to_record(project_id, found) async for found in cursor]

    @classmethod
    async def count_since(cls, project_id: ObjectId, revision: int) -> int:
        """How many revisions from this one on changed something."""
        stages: Sequence[Mapping[str, Any]] = [
            {"$match": {"project_id": project_id, "revision": {"$gte": revision}}},
            {"$group": {"_id": "$revision"}},
            {"$count": "revisions"},
        ]
        async for found in await FileVersionDocument.get_pymongo_collection().aggregate(stages, hint=_INDEX):
            return int(found["revisions"])
        return 0


def _count_of(kind: VersionKind) -> MongoDocument:
    is_one = {"$and": [{"$eq": ["$kind", kind]}, {"$not": "$is_old_place"}]}
    return {"$sum": {"$cond": [is_one, 1, 0]}}


def _to_record(project_id: ObjectId, found: MongoDocument) -> RevisionRecord:
    return RevisionRecord(
        project_id=project_id,
        revision=found["_id"],
        at=found["at"],
        author=found["author"],
        source=RevisionSource(found["source"] or RevisionSource.SAVE),
        created=found["created"],
        modified=found["modified"],
        moved=found["moved"],
        deleted=found["deleted"],
        paths=tuple(found["paths"]),
    )
