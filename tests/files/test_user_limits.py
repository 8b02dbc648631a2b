"""What a user may store over all projects: counted exactly, whatever happens at once or is cut short."""

import asyncio
import random
from dataclasses import dataclass
from itertools import count

import pytest
from bson import ObjectId

from aura_gql.files.records import RevisionSource
from aura_gql.files.service import FileService
from aura_gql.files.usage.service import FileUsage
from aura_gql.files.writing.operations import DeletePath
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.projects.ports import NewFile
from aura_gql.projects.records import ProjectStatus
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.errors import TooManyStoredFiles, UserStorageFull
from aura_gql.storage.quotas.records import QuotaLimits, Usage
from aura_gql.storage.quotas.service import StorageQuotas
from tests.files.world import ADA, World

LIMITS = QuotaLimits(max_bytes=2_000, max_files=9)


@dataclass
class Counted:
    """The files, with limits that are soon reached, and what counts them."""

    world: World
    quotas: StorageQuotas
    files: FileService

    async def save(self, project_id: ObjectId, path: str, data: bytes, expected_version: int = 0) -> None:
        await self.files.save(ADA, project_id, path, data, expected_version)

    async def delete(self, project_id: ObjectId, path: str) -> None:
        await self.files.writer.apply(ADA, project_id, [DeletePath(path)], source=RevisionSource.BATCH)

    async def usage(self) -> Usage:
        """What is stored, which has to be what there is."""
        stored = (await self.quotas.stored(ADA)).usage
        assert stored == await self.quotas.count(ADA)
        return stored


@pytest.fixture
def counted(world: World) -> Counted:
    quotas = StorageQuotas(LIMITS, [FileUsage()])
    return Counted(world, quotas, FileService(world.projects, world.blobs, world.files.limits, world.bus, quotas))


async def test_each_change_counts_with_its_transaction(counted: Counted) -> None:
    first, second = await counted.world.project(), await counted.world.project(ProjectStatus.INITIALIZING)
    await counted.save(first, "a", b"12345")
    await counted.save(first, "a", b"123", 1)
    shared = await counted.world.blobs.put("templates", b"shared")
    await counted.files.import_files(second, [NewFile("a", shared, 6), NewFile("b", b"own", 3)], ADA)
    assert await counted.usage() == Usage(3, 12)
    before = await UserStorageDocument.find_usage(ADA)
    await counted.save(first, "a", b"321", 2)
    # What neither grows nor shrinks does not stand in the way of the user's other projects.
    assert await UserStorageDocument.find_usage(ADA) == before
    await counted.delete(first, "a")
    assert await counted.usage() == Usage(2, 9)


async def test_what_passes_a_limit_changes_nothing_and_stores_no_blob(counted: Counted) -> None:
    project_id, full = await counted.world.project(), await counted.world.project()
    for number in range(2):
        await counted.save(full, f"f{number}", b"x" * 990)
    with pytest.raises(UserStorageFull) as refused:
        await counted.save(project_id, "a", b"x" * 21)
    assert refused.value.details == {"resource": "userBytes", "limit": 2_000, "used": 1_980}
    for number in range(7):
        await counted.save(project_id, f"f{number}", b"")
    with pytest.raises(TooManyStoredFiles) as refused_file:
        await counted.save(project_id, "a", b"y")
    assert refused_file.value.details == {"resource": "userFiles", "limit": 9, "used": 9}
    assert await counted.world.blob_count(project_id) == 1
    assert await counted.usage() == Usage(9, 1_980)
    late = await counted.world.project(ProjectStatus.INITIALIZING)
    with pytest.raises(TooManyStoredFiles):
        await counted.files.import_files(late, [NewFile("a", b"", 0)], ADA)
    assert await counted.world.revision(late) == 0


async def test_many_clients_near_the_limit(counted: Counted) -> None:
    """In several projects of one user, some of which were there before anybody counted."""
    projects = [await counted.world.project() for _ in range(3)]
    await counted.world.save(projects[0], "old", b"x" * 900)
    await counted.world.database["user_storage"].delete_many({})
    chance, paths, refusals, done = random.Random(6), count(), [0], asyncio.Event()

    async def client() -> None:
        for _ in range(5):
            project_id, path = chance.choice(projects), f"f{next(paths)}"
            try:
                await counted.save(project_id, path, b"x" * chance.randrange(200, 400))
            except (UserStorageFull, TooManyStoredFiles):
                refusals[0] += 1
            else:
                if chance.random() < 0.6:
                    await counted.delete(project_id, path)

    async def watch() -> int:
        looks = 0
        while not done.is_set():
            stored = await UserStorageDocument.find_usage(ADA)
            assert stored is None or (stored.total_bytes <= 2_000 and stored.usage.file_count <= 9)
            looks += 1
        return looks

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(client() for _ in range(6)))
    done.set()
    assert await watching > 0
    assert refusals[0] > 0
    usage = await counted.usage()
    assert usage.file_bytes <= 2_000
    for project_id in projects:
        await counted.world.set_status(project_id, ProjectStatus.DELETING)
    await asyncio.gather(*(counted.files.remove_project(project_id) for project_id in projects for _ in range(2)))
    assert await counted.usage() == Usage()


async def test_a_deletion_that_is_cut_gives_back_once(counted: Counted) -> None:
    """Cut after each of its steps in turn, by a task that is cancelled; then run to its end, and once more."""
    kept = await counted.world.project()
    await counted.save(kept, "a", b"kept")
    for steps in range(0, 12, 2):
        doomed = await counted.world.project()
        await counted.save(doomed, "a", b"doomed")
        await counted.quotas.reserve(ADA, doomed, 100, lasts_s=3_600)
        await counted.world.set_status(doomed, ProjectStatus.DELETING)
        deletion = asyncio.ensure_future(counted.files.remove_project(doomed))
        for _ in range(steps):
            await counted.world.database.command("ping")
        deletion.cancel()
        await asyncio.wait([deletion])
        for _ in range(2):
            await counted.files.remove_project(doomed)
        assert await counted.usage() == Usage(1, 4)
        assert (await counted.quotas.stored(ADA)).reserved_bytes == 0


async def test_saves_beside_a_deletion_count_for_nothing(counted: Counted) -> None:
    project_id = await counted.world.project()

    async def delete() -> None:
        await counted.world.set_status(project_id, ProjectStatus.DELETING)
        await counted.files.remove_project(project_id)

    saves = [counted.save(project_id, f"f{number}", b"x") for number in range(6)]
    results = await asyncio.gather(*saves, delete(), return_exceptions=True)
    assert {type(result) for result in results} <= {type(None), ProjectNotFound}
    assert await counted.usage() == Usage()


async def test_bytes_that_are_on_their_way_out_are_rescued_by_whoever_brings_them(counted: Counted) -> None:
    project_id, new = await counted.world.project(), await counted.world.project(ProjectStatus.INITIALIZING)
    condemned = counted.world.database["condemned_blobs"]
    for scope in (f"projects/{project_id}", f"projects/{new}"):
        key = await counted.world.blobs.put(scope, b"the same")
        await condemned.insert_one({"_id": f"{scope}/{key.sha256}", "state": "CONDEMNED"})
    await counted.save(project_id, "a", b"the same")
    assert await condemned.count_documents({}) == 1
    await counted.files.import_files(new, [NewFile("a", b"the same", 8)], ADA)
    assert await condemned.count_documents({}) == 0
