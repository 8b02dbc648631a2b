"""A blob store, a room that names its blobs, and those who sweep and guard between the two."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aura_gql.infra.mongo import Database
from aura_gql.storage.addressing import address
from aura_gql.storage.backends.local.store import LocalBlobStore
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.storage.sweeping.documents import SWEEPING_DOCUMENTS
from aura_gql.storage.sweeping.guard import BlobGuard
from aura_gql.storage.sweeping.records import NamedBlob, SweepLimits, SweepReport
from aura_gql.storage.sweeping.sweeper import BlobSweeper
from aura_gql.storage.verifying.documents import LostBlobDocument
from tests.support.mongo import init_documents

SCOPE = "projects/1"


async def nothing() -> None:
    """What is done in between where nothing is."""


@dataclass
class Room:
    """A room that names blobs; `before` runs when it is asked, which is where others may come in between."""

    database: Database
    before: Callable[[], Awaitable[None]] = nothing
    parents: Sequence[str] = ("projects",)

    async def named(self, scope: str, digests: Sequence[str]) -> set[str]:
        """As the port promises."""
        await self.before()
        query = {"scope": scope, "sha256": {"$in": list(digests)}}
        return {found["sha256"] async for found in self.database["names"].find(query)}

    async def walk(self) -> AsyncIterator[NamedBlob]:
        """As the port promises."""
        async for found in self.database["names"].find():
            yield NamedBlob(BlobKey(found["scope"], found["sha256"]), found["size"], "a test")


@dataclass
class World:
    """A store, a room and who stands between them."""

    database: Database
    store: BlobStore
    room: Room
    guard: BlobGuard = field(default_factory=lambda: BlobGuard(patience_s=0.05))

    def sweeper(self, **limits: Any) -> BlobSweeper:
        """A sweeper to which every blob is old enough, and which waits for nothing but what a test says."""
        return BlobSweeper(
            self.store, [self.room], SweepLimits(**{"interval_s": 0, "grace_s": -60, "wait_s": -60, **limits})
        )

    async def sweep(self, **limits: Any) -> SweepReport:
        """A run, which must be due."""
        report = await self.sweeper(**limits).take_turn()
        assert report is not None
        return report

    async def write(self, data: bytes) -> BlobKey:
        """Claim, put and name, as a writer does."""
        key = address(SCOPE, data)
        await self.guard.claim([key])
        assert await self.store.put(SCOPE, data) == key
        await self.name(key)
        return key

    async def name(self, key: BlobKey) -> None:
        """Name a blob."""
        size = (await self.store.stat(key)).size
        await self.database["names"].insert_one({"scope": key.scope, "sha256": key.sha256, "size": size})

    async def states(self) -> list[str]:
        """The states of what is on its way out."""
        return [found["state"] async for found in self.database["condemned_blobs"].find().sort("_id")]

    async def age(self, seconds: float) -> None:
        """Have everything be condemned and doomed earlier than it was."""
        earlier = {name: {"$subtract": [f"${name}", seconds * 1000]} for name in ("condemned_at", "doomed_at")}
        await self.database["condemned_blobs"].update_many({}, [{"$set": earlier}])

    async def is_there(self, key: BlobKey) -> bool:
        """Whether the store has the blob."""
        return key in [kept async for kept in self.store.keys(key.scope)]


async def blob_world(database: Database, place: Path | BlobStore) -> World:
    """A world in an empty database, and in an empty folder or store."""
    await init_documents(database, [*SWEEPING_DOCUMENTS, LostBlobDocument])
    return World(database, LocalBlobStore(place) if isinstance(place, Path) else place, Room(database))
