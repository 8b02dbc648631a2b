"""Tickets over a real database and a folder of blobs."""

import base64
import os
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from bson import ObjectId

from aura_gql.files.staging.documents import UploadTicketDocument
from aura_gql.files.staging.errors import UploadDamaged, UploadIncomplete, UploadNotFound
from aura_gql.files.staging.records import NewStaged, StagingLimits, UploadPurpose
from aura_gql.files.staging.service import UploadTickets
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.values import Bucket
from aura_gql.storage.blob_links import BlobLinks, LinkedBlob
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.quotas.documents import UserStorageDocument
from aura_gql.storage.quotas.errors import UserStorageFull
from aura_gql.storage.quotas.records import QuotaLimits
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.signing import UPLOADS, LinkSigner
from tests.files.world import ADA, World
from tests.support.mongo import init_documents
from tests.support.waiting import until

DATA = b"bytes of a large file"
FILE = NewStaged(UploadPurpose.FILE, len(DATA), sha256(DATA).hexdigest(), "image/png")


@pytest.fixture
async def quotas(world: World) -> StorageQuotas:
    """Room for two of the files, and a little more."""
    await init_documents(world.database, [UserStorageDocument])
    return StorageQuotas(QuotaLimits(max_bytes=3 * len(DATA) - 1), [])


@pytest.fixture
async def tickets(world: World, quotas: StorageQuotas) -> UploadTickets:
    await init_documents(world.database, [UploadTicketDocument])
    return UploadTickets(world.projects, world.blobs, quotas, LinkSigner("a secret"), StagingLimits())


async def piece(data: bytes) -> AsyncIterator[bytes]:
    """The data, in one."""
    yield data


async def bring(world: World, ticket_id: ObjectId, data: bytes) -> None:
    """Stage bytes without asking the service."""
    await world.blobs.write_upload(str(ticket_id), piece(data), len(data))


async def test_a_ticket_goes_from_its_issue_to_its_use(world: World, tickets: UploadTickets) -> None:
    project = await world.project()
    before = utcnow()
    issued = await tickets.issue(ADA, project, FILE)
    assert (issued.request.method, issued.request.headers) == ("PUT", {"Content-Type": "image/png"})
    assert before + timedelta(hours=1) <= issued.expires_at <= utcnow() + timedelta(hours=1)
    with pytest.raises(UploadIncomplete):
        await tickets.open(ADA, project, issued.id, UploadPurpose.FILE)
    claim = await tickets.claimed(issued.request.url.removeprefix(UPLOADS))
    await tickets.receive(claim, piece(DATA))
    content = await tickets.open(ADA, project, issued.id, UploadPurpose.FILE)
    assert (content.size, content.sha256, await content.read()) == (FILE.size, FILE.sha256, DATA)
    await tickets.discard(issued.id)
    await tickets.discard(issued.id)
    with pytest.raises(UploadNotFound):
        await tickets.open(ADA, project, issued.id, UploadPurpose.FILE)
    assert [upload async for upload in world.blobs.uploads()] == []


async def test_only_its_owner_opens_it_for_what_it_is(world: World, tickets: UploadTickets) -> None:
    project, other = await world.project(), await world.project()
    issued = await tickets.issue(ADA, project, FILE)
    await bring(world, issued.id, DATA)
    for project_id, purpose in ((other, UploadPurpose.FILE), (project, UploadPurpose.ARCHIVE)):
        with pytest.raises(UploadNotFound):
            await tickets.open(ADA, project_id, issued.id, purpose)
    with pytest.raises(UploadNotFound):
        await tickets.open(ADA, project, ObjectId(), UploadPurpose.FILE)
    with pytest.raises(ProjectNotFound):
        await tickets.open("eve", project, issued.id, UploadPurpose.FILE)
    with pytest.raises(ProjectNotFound):
        await tickets.issue("eve", project, FILE)
    with pytest.raises(UploadNotFound):
        await tickets.open("eve", await world.project(owner="eve"), issued.id, UploadPurpose.FILE)


async def test_other_bytes_than_announced_never_pass(world: World, tickets: UploadTickets) -> None:
    """A store of others may not have looked at what it took."""
    project = await world.project()
    issued = await tickets.issue(ADA, project, FILE)
    await bring(world, issued.id, DATA[1:])
    with pytest.raises(UploadIncomplete):
        await tickets.open(ADA, project, issued.id, UploadPurpose.FILE)
    await bring(world, issued.id, DATA[1:] + b"!")
    content = await tickets.open(ADA, project, issued.id, UploadPurpose.FILE)
    with pytest.raises(UploadDamaged):
        await content.read()


async def test_open_tickets_count_against_the_quota(
    world: World, tickets: UploadTickets, quotas: StorageQuotas
) -> None:
    project = await world.project()
    issued = [await tickets.issue(ADA, project, FILE) for _ in range(2)]
    with pytest.raises(UserStorageFull):
        await tickets.issue(ADA, project, FILE)
    assert (await quotas.of_user(ADA)).reserved_bytes == 2 * len(DATA)
    await tickets.discard(issued[0].id)
    assert (await quotas.of_user(ADA)).reserved_bytes == len(DATA)
    await tickets.issue(ADA, project, FILE)


async def test_what_has_expired_is_swept(world: World, tickets: UploadTickets, tmp_path: Path) -> None:
    project = await world.project()
    open_, expired, young = [
        await tickets.issue(ADA, project, NewStaged(UploadPurpose.FILE, 1, FILE.sha256)) for _ in range(3)
    ]
    unknown = ObjectId()
    for ticket_id in (open_.id, expired.id, young.id, unknown):
        await bring(world, ticket_id, b"x")
    past = {"$set": {"kept_until": utcnow() - timedelta(seconds=1)}}
    await world.database["upload_tickets"].update_many({"_id": {"$in": [expired.id, young.id]}}, past)
    for ticket_id in (open_.id, expired.id, unknown):
        _age(tmp_path, ticket_id)
    await tickets.sweep()
    left = {upload.name async for upload in world.blobs.uploads()}
    assert left == {str(open_.id), str(young.id)}
    with pytest.raises(UploadNotFound):
        await tickets.open(ADA, project, expired.id, UploadPurpose.FILE)


def _age(root: Path, ticket_id: ObjectId) -> None:
    """Have staged bytes been there for two hours."""
    (path,) = root.rglob(str(ticket_id))
    os.utime(path, (time.time() - 7_200,) * 2)


async def test_a_project_takes_its_uploads_with_it(world: World, tickets: UploadTickets) -> None:
    project, other = await world.project(), await world.project()
    gone, stays = await tickets.issue(ADA, project, FILE), await tickets.issue(ADA, other, FILE)
    for ticket_id in (gone.id, stays.id):
        await bring(world, ticket_id, DATA)
    await tickets.remove_project(project)
    assert [upload.name async for upload in world.blobs.uploads()] == [str(stays.id)]
    assert await world.database["upload_tickets"].count_documents({}) == 1


async def test_a_bucket_takes_the_bytes_by_itself(world: World, quotas: StorageQuotas) -> None:
    """Its addresses are signed without asking it; what it was sent is checked as it is used."""
    await init_documents(world.database, [UploadTicketDocument])
    store = S3BlobStore(Bucket("blobs", "http://127.0.0.1:9", "key", "secret", "/test/"))
    tickets = UploadTickets(world.projects, store, quotas, LinkSigner("a secret"), StagingLimits(url_ttl_s=60))
    issued = await tickets.issue(ADA, await world.project(), FILE)
    digest = base64.b64encode(bytes.fromhex(FILE.sha256)).decode()
    assert issued.request.headers == {"Content-Type": "image/png", "x-amz-checksum-sha256": digest}
    assert issued.request.url.startswith(f"http://127.0.0.1:9/blobs/test/_uploads/{issued.id}?")
    blob = LinkedBlob(BlobKey("projects/1", FILE.sha256), FILE.size, "a b.png", "image/png")
    link = await BlobLinks(store, LinkSigner("a secret"), 60).make(ADA, blob)
    assert link.url.startswith(f"http://127.0.0.1:9/blobs/test/projects/1/{FILE.sha256}?")
    assert "response-content-disposition=attachment" in link.url
    await store.close()


async def test_the_sweeper_starts_and_stops(world: World, tickets: UploadTickets, tmp_path: Path) -> None:
    unknown = ObjectId()
    await bring(world, unknown, b"x")
    _age(tmp_path, unknown)
    tickets.start()
    await until(lambda: is_swept(world))
    await tickets.stop()


async def is_swept(world: World) -> bool:
    """Whether nothing is staged any more."""
    return not [upload async for upload in world.blobs.uploads()]


async def test_a_store_that_is_away_takes_nothing_from_a_used_upload(
    world: World, tickets: UploadTickets, quotas: StorageQuotas, tmp_path: Path
) -> None:
    """Its bytes became something already."""
    issued = await tickets.issue(ADA, await world.project(), FILE)
    in_the_way = tmp_path / "uploads" / str(issued.id)
    in_the_way.mkdir(parents=True)
    with pytest.raises(StorageUnavailable):
        await world.blobs.delete_upload(str(issued.id))
    await tickets.discard(issued.id)
    assert (await quotas.of_user(ADA)).reserved_bytes == 0
