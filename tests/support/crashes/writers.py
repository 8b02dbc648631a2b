"""Writers of one project, each with files of its own, who know what they last saw of these."""

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from bson import ObjectId

from aura_gql.files.records import FileRecord, RevisionSource, VersionKind, VersionRecord
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFile
from aura_gql.services import Services
from tests.support.crashes.words import MANIFESTS, SAVES, Promise, digest

FILES = 6
SIZES = (20, 2_000, 20_000)


@dataclass(frozen=True, slots=True)
class User:
    """Who writes, and to what."""

    services: Services
    id: str
    project_id: ObjectId
    chance: random.Random


class Writer:
    """Nobody else writes what is in its folder."""

    folder: ClassVar[str]

    def __init__(self, user: User, tree: Iterable[FileRecord]) -> None:
        """Begin with the files that are there."""
        self._user = user
        self._there = {file.path: (file.version, file.sha256) for file in tree}

    async def write(self) -> Promise:
        """Write once; what was acknowledged."""
        raise NotImplementedError

    def _paths(self, count: int) -> list[str]:
        return [f"{self.folder}/{number}" for number in self._user.chance.sample(range(FILES), count)]

    def _put(self, path: str, data: bytes | None = None) -> PutFile:
        chance = self._user.chance
        version, _ = self._there.get(path, (0, ""))
        return PutFile(path, HeldBytes(data or chance.randbytes(chance.choice(SIZES))), version)

    def _promise(self, revision: int, files: Mapping[str, tuple[int, str | None]]) -> Promise:
        for path, (version, sha256) in files.items():
            if sha256 is None:
                self._there.pop(path, None)
            else:
                self._there[path] = (version, sha256)
        return Promise(str(self._user.project_id), revision, files)


class Saver(Writer):
    """Saves one file at a time."""

    folder = SAVES

    async def write(self) -> Promise:
        """As the base says."""
        user, (path,), data = self._user, self._paths(1), self._user.chance.randbytes(2_000)
        version, _ = self._there.get(path, (0, ""))
        saved = await user.services.files.save(user.id, user.project_id, path, data, version)
        return self._promise(saved.revision, {path: (saved.version, digest(data))})


class Batcher(Writer):
    """Puts, deletes and moves some files at once, with one that tells what shall have become of all of them."""

    folder = "batches"

    async def write(self) -> Promise:
        """As the base says."""
        user, wanted, operations = self._user, dict[str, str | None](), list[Operation]()
        paths = self._paths(4)
        while paths:
            operation = self._operation(paths.pop(), paths)
            operations.append(operation)
            match operation:
                case PutFile(path, content):
                    wanted[path] = content.sha256
                case DeletePath(path):
                    wanted[path] = None
                case MovePath(path, to):
                    wanted |= {path: None, to: self._there[path][1]}
        told = json.dumps({"salt": user.chance.random(), "files": wanted}).encode()
        operations.append(self._put(f"{MANIFESTS}/{self.folder}.json", told))
        batch = await user.services.files.writer.apply(
            user.id, user.project_id, operations, source=RevisionSource.BATCH
        )
        return self._promise(batch.revision, {one.file.path: (one.file.version, _left(one)) for one in batch.changed})

    def _operation(self, path: str, others: list[str]) -> Operation:
        """What to do at a path; `others` are free to be used, too."""
        if path in self._there and (what := self._user.chance.randrange(3)):
            if what == 1:
                return DeletePath(path, self._there[path][0])
            if others and others[-1] not in self._there:
                return MovePath(path, others.pop())
        return self._put(path)


def _left(version: VersionRecord) -> str | None:
    return None if version.kind is VersionKind.DELETED else version.file.sha256
