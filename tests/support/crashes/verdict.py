"""What is there after a crash, held against what was promised before it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bson import ObjectId

from aura_gql.files.changes.documents import FileChangeCounter, FileChangeDocument
from aura_gql.files.records import FileRecord, StorageTotals, VersionKind
from aura_gql.files.service import FileService
from aura_gql.files.totals.documents import ProjectStorageDocument
from aura_gql.infra.mongo import Database
from aura_gql.server import Server
from aura_gql.storage.ports import BlobKey
from tests.support.crashes.words import MANIFESTS, SAVES, Promise, digest

Row = Mapping[str, Any]


class Verdict:
    """All promises about one project so far, held against what is there."""

    def __init__(self, server: Server, owner: str, project_id: ObjectId) -> None:
        self._server = server
        self.owner = owner
        self.project_id = project_id
        self._promised: dict[tuple[str, int], tuple[int, str | None]] = {}
        self._known: dict[str, bytes] = {}
        self._wrong: list[str] = []

    def taken(self) -> list[str]:
        """What was wrong; asked again, nothing."""
        wrong, self._wrong = self._wrong, []
        return wrong

    async def look(self, promises: Iterable[Promise]) -> None:
        """Add what the last process acknowledged, and look at everything."""
        for promise in promises:
            if promise.project == str(self.project_id):
                for path, (version, sha256) in promise.files.items():
                    self._promised[path, version] = (promise.revision, sha256)
        rows = await self._database["file_versions"].find({"project_id": self.project_id}).to_list()
        rows.sort(key=lambda row: (row["revision"], row["path"]))
        self._check_promises(rows)
        await self._check_revisions(rows)
        await self._check_tree(rows)
        await self._check_totals()
        await self._check_changes(rows)

    @property
    def _database(self) -> Database:
        return self._server.database

    @property
    def _files(self) -> FileService:
        return self._server.services.files

    def _check_promises(self, rows: Sequence[Row]) -> None:
        there = {(row["path"], row["version"]): (row["revision"], _left(row)) for row in rows}
        for key, promised in self._promised.items():
            self._expect(f"what was promised of {key}", there.get(key), promised)

    async def _check_revisions(self, rows: Sequence[Row]) -> None:
        """Each revision is one save or one whole batch, and none is missing."""
        made: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            made[row["revision"]].append(row)
        project = await self._server.services.projects.get(self.owner, self.project_id)
        self._expect("the revisions", list(made), list(range(1, project.revision + 1)))
        for revision, changed in made.items():
            there = {row["path"]: _left(row) for row in changed}
            self._expect(f"what revision {revision} changed", there, await self._wanted(changed))

    async def _wanted(self, changed: Sequence[Row]) -> Mapping[str, str | None]:
        """What the writer of a revision was about to do, as far as it says so itself."""
        for row in changed:
            if row["path"].startswith(MANIFESTS):
                told: Mapping[str, str | None] = json.loads(await self._read(row))["files"]
                return {**told, row["path"]: row["sha256"]}
        return {row["path"]: row["sha256"] for row in changed[:1] if row["path"].startswith(SAVES)}

    async def _check_tree(self, rows: Sequence[Row]) -> None:
        """The files are what the history comes to, and their bytes are there."""
        for row in rows:
            await self._read(row)
        latest = {row["path"]: row for row in rows}
        wanted = {path: row["version"] for path, row in latest.items() if _left(row) is not None}
        tree = await self._tree()
        self._expect("the files", {file.path: file.version for file in tree}, wanted)
        last = rows[-1]["revision"] if rows else 0
        as_of = await self._files.tree_as_of(self.project_id, last)
        self._expect("the files as of now", sorted(as_of.values(), key=lambda file: file.path), tree)

    async def _check_totals(self) -> None:
        tree = await self._tree()
        totals = await ProjectStorageDocument.find_totals(self.project_id)
        self._expect("the totals", totals, StorageTotals(len(tree), sum(file.size for file in tree)))
        quotas = self._server.services.quotas
        stored = await quotas.stored(self.owner)
        self._expect("what the user stores", stored.usage, await quotas.count(self.owner))

    async def _check_changes(self, rows: Sequence[Row]) -> None:
        changes = await FileChangeDocument.find_behind(self.project_id, 0, 100_000)
        numbers = [change.sequence for change in changes]
        self._expect("the numbers of the changes", numbers, list(range(1, len(changes) + 1)))
        self._expect("the count of changes", await FileChangeCounter.find_last(self.project_id), len(changes))
        # What code changes in a sandbox has none.
        told = list(dict.fromkeys(one.change.revision for one in changes if one.change.revision is not None))
        self._expect("the revisions told", told, list(dict.fromkeys(row["revision"] for row in rows)))

    async def _tree(self) -> list[FileRecord]:
        return (await self._files.tree([self.project_id]))[self.project_id]

    async def _read(self, row: Row) -> bytes:
        """The bytes of a version, which are there: asked for once."""
        sha256 = row["sha256"]
        if sha256 not in self._known:
            data = await self._server.blobs.get(BlobKey(row["scope"], sha256))
            self._expect(f"the bytes of {row['path']}", digest(data), sha256)
            self._known[sha256] = data if row["path"].startswith(MANIFESTS) else b""
        return self._known[sha256]

    def _expect(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            self._wrong.append(f"{what}: {found} instead of {wanted}")


def _left(row: Row) -> str | None:
    """The SHA-256 of what a version left at its path."""
    return None if row["kind"] == VersionKind.DELETED else str(row["sha256"])
