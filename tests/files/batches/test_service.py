"""Batches that users ask for: bounded, and done once under a key."""

from dataclasses import replace

import pytest
from bson import ObjectId

from aura_gql.files.batches.service import FileBatches
from aura_gql.files.errors import BatchTooLarge, TooManyOperations
from aura_gql.files.limits import FileLimits
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFolder, SetExecutable
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.kernel.errors import DomainError, IdempotencyMismatch, InvalidInput
from aura_gql.projects.errors import ProjectNotFound
from tests.files.world import ADA, World
from tests.files.writing.plans import put


@pytest.fixture
def batches(world: World, limits: FileLimits) -> FileBatches:
    bounds = replace(limits, max_batch_operations=3, max_batch_bytes=10)
    return FileBatches(world.projects, world.files.writer, bounds, MongoIdempotencyKeys())


TOO_MUCH: list[tuple[list[Operation], type[DomainError], dict[str, object]]] = [
    ([], InvalidInput, {}),
    ([PutFolder(f"{n}") for n in range(4)], TooManyOperations, {"resource": "batchOperations", "limit": 3, "used": 4}),
    ([put("a", "12345"), put("b", "123456")], BatchTooLarge, {"resource": "batchBytes", "limit": 10, "used": 11}),
]


async def test_batches_are_bounded(world: World, batches: FileBatches) -> None:
    project = await world.project()
    for operations, error, details in TOO_MUCH:
        with pytest.raises(error) as caught:
            await batches.apply(ADA, project, operations)
        assert (caught.value.field, caught.value.details) == (("operations",), details)
    assert (await batches.apply(ADA, project, [put("a", "12345"), put("b", "12345"), PutFolder("c")])).revision == 1


EACH: list[Operation] = [put("b"), PutFolder("c"), SetExecutable("b", True), DeletePath("old"), MovePath("a", "d", 1)]
OTHERS: list[tuple[int, Operation]] = [
    (0, put("b", "other")),
    (0, put("b", executable=True)),
    (1, PutFolder("other")),
    (2, SetExecutable("b", False)),
    (3, DeletePath("old", 1)),
    (4, MovePath("a", "e", 1)),
]


async def test_a_key_is_for_one_batch(world: World) -> None:
    project, other = await world.project(), await world.project()
    keyed = FileBatches(world.projects, world.files.writer, world.files.limits, MongoIdempotencyKeys())
    await world.save(project, "a", b"")
    await world.save(project, "old", b"")
    first = await keyed.apply(ADA, project, EACH, 2, "key")
    assert await keyed.apply(ADA, project, EACH, 2, "key") == first
    for place, operation in OTHERS:
        with pytest.raises(IdempotencyMismatch):
            await keyed.apply(ADA, project, [*EACH[:place], operation, *EACH[place + 1 :]], 2, "key")
    for somewhere, revision in ((other, 2), (project, 1), (project, None)):
        with pytest.raises(IdempotencyMismatch):
            await keyed.apply(ADA, somewhere, EACH, revision, "key")
    assert await world.revision(project) == 3


async def test_a_strangers_key_is_not_taken(world: World, batches: FileBatches) -> None:
    for project in (await world.project(owner="bob"), ObjectId()):
        with pytest.raises(ProjectNotFound):
            await batches.apply(ADA, project, [put("a")], None, "key")
    assert await world.database["idempotency_keys"].count_documents({}) == 0
