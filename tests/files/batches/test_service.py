"""Batches that users ask for: bounded, and done once under a key."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from bson import ObjectId

from aura_gql.files.batches.records import PutUpload, UserOperation
from aura_gql.files.batches.service import FileBatches
from aura_gql.files.errors import BatchTooLarge, TooManyOperations
from aura_gql.files.limits import FileLimits
from aura_gql.files.service import FileService
from aura_gql.files.staging.documents import UploadTicketDocument
from aura_gql.files.staging.errors import UploadIncomplete, UploadNotFound
from aura_gql.files.staging.records import NewStaged, StagingLimits, UploadPurpose
from aura_gql.files.staging.service import UploadTickets
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFolder, SetExecutable
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.kernel.errors import DomainError, IdempotencyMismatch, InvalidInput
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.errors import UserStorageFull
from aura_gql.storage.quotas.records import QuotaLimits
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.signing import LinkSigner
from tests.files.world import ADA, World
from tests.files.writing.plans import put
from tests.support.mongo import init_documents


@pytest.fixture
async def tickets(world: World) -> UploadTickets:
    await init_documents(world.database, [UploadTicketDocument, UserStorageDocument])
    quotas = StorageQuotas(QuotaLimits(), [])
    return UploadTickets(world.projects, world.blobs, quotas, LinkSigner("a secret"), StagingLimits())


@pytest.fixture
def batches(world: World, limits: FileLimits, tickets: UploadTickets) -> FileBatches:
    bounds = replace(limits, max_batch_operations=5, max_batch_bytes=10)
    return FileBatches(world.projects, world.files.writer, tickets, bounds, MongoIdempotencyKeys())


async def staged(world: World, tickets: UploadTickets, project: ObjectId, data: bytes) -> ObjectId:
    """An upload whose bytes have arrived."""

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    wanted = NewStaged(UploadPurpose.FILE, len(data), HeldBytes(data).sha256)
    ticket_id = (await tickets.issue(ADA, project, wanted)).id
    await world.blobs.write_upload(str(ticket_id), chunks(), len(data))
    return ticket_id


TOO_MUCH: list[tuple[list[Operation], type[DomainError], dict[str, object]]] = [
    ([], InvalidInput, {}),
    ([PutFolder(f"{n}") for n in range(6)], TooManyOperations, {"resource": "batchOperations", "limit": 5, "used": 6}),
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


async def test_a_key_is_for_one_batch(world: World, batches: FileBatches) -> None:
    project, other = await world.project(), await world.project()
    await world.save(project, "a", b"")
    await world.save(project, "old", b"")
    first = await batches.apply(ADA, project, EACH, 2, "key")
    assert await batches.apply(ADA, project, EACH, 2, "key") == first
    for place, operation in OTHERS:
        with pytest.raises(IdempotencyMismatch):
            await batches.apply(ADA, project, [*EACH[:place], operation, *EACH[place + 1 :]], 2, "key")
    for somewhere, revision in ((other, 2), (project, 1), (project, None)):
        with pytest.raises(IdempotencyMismatch):
            await batches.apply(ADA, somewhere, EACH, revision, "key")
    assert await world.revision(project) == 3


async def test_a_strangers_key_is_not_taken(world: World, batches: FileBatches) -> None:
    for project in (await world.project(owner="bob"), ObjectId()):
        with pytest.raises(ProjectNotFound):
            await batches.apply(ADA, project, [put("a")], None, "key")
    assert await world.database["idempotency_keys"].count_documents({}) == 0


async def test_uploads_become_files_and_are_used_up(world: World, batches: FileBatches, tickets: UploadTickets) -> None:
    project = await world.project()
    await world.save(project, "old", b"old")
    first, second = [await staged(world, tickets, project, data) for data in (b"\0on", b"two")]
    operations: list[UserOperation] = [
        PutUpload("new", first, 0, True),
        PutUpload("copy", first),
        PutUpload("old", second, 1),
    ]
    done = await asyncio.gather(*(batches.apply(ADA, project, operations, None, "key") for _ in range(3)))
    assert done[0] == done[1] == done[2] == await batches.apply(ADA, project, operations, None, "key")
    files = {file.path: file for file in done[0].files}
    assert [await world.files.content(files[path]) for path in ("new", "copy", "old")] == [b"\0on", b"\0on", b"two"]
    assert (files["new"].executable, files["new"].is_binary, files["old"].version) == (True, True, 2)
    with pytest.raises(UploadNotFound):
        await batches.apply(ADA, project, [PutUpload("again", first)])
    assert [staged async for staged in world.blobs.uploads()] == []


async def test_an_upload_that_fits_exactly_becomes_a_file(world: World, limits: FileLimits) -> None:
    """What was set aside for it is what it takes, once."""
    await init_documents(world.database, [UploadTicketDocument, UserStorageDocument])
    quotas = StorageQuotas(QuotaLimits(max_bytes=10), [])
    files = FileService(world.projects, world.blobs, limits, world.bus, quotas)
    tickets = UploadTickets(world.projects, world.blobs, quotas, LinkSigner("a secret"), StagingLimits())
    batches = FileBatches(world.projects, files.writer, tickets, limits, MongoIdempotencyKeys())
    project = await world.project()
    uploads = [await staged(world, tickets, project, data) for data in (b"four", b"sixsix")]
    with pytest.raises(UserStorageFull):
        await batches.apply(ADA, project, [put("other", "1")])
    await batches.apply(ADA, project, [PutUpload("a", uploads[0]), PutUpload("b", uploads[1])])
    quota = await quotas.of_user(ADA)
    assert (quota.bytes_used, quota.reserved_bytes) == (10, 0)


async def test_an_upload_that_can_not_be_had_is_named(
    world: World, batches: FileBatches, tickets: UploadTickets
) -> None:
    project, other = await world.project(), await world.project()
    waiting = (await tickets.issue(ADA, project, NewStaged(UploadPurpose.FILE, 3, "0" * 64))).id
    elsewhere = await staged(world, tickets, other, b"two")
    large = await staged(world, tickets, project, b"eleven byte")
    wrong: list[tuple[ObjectId, type[DomainError], tuple[str, ...]]] = [
        (waiting, UploadIncomplete, ("1", "content")),
        (elsewhere, UploadNotFound, ("1", "content")),
        (ObjectId(), UploadNotFound, ("1", "content")),
        (large, BatchTooLarge, ("operations",)),
    ]
    for ticket_id, error, field in wrong:
        with pytest.raises(error) as caught:
            await batches.apply(ADA, project, [put("fine"), PutUpload("file", ticket_id)])
        assert caught.value.field == field
    with pytest.raises(ProjectNotFound):
        await batches.apply("eve", project, [PutUpload("file", waiting)])
    assert await world.revision(project) == 0
