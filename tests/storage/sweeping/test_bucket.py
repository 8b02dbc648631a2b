"""Sweeping and verifying a bucket: what a folder does, by listings and single requests."""

from collections.abc import AsyncIterator

import pytest
from moto.server import ThreadedMotoServer

from aura_gql.infra.mongo import Database
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.values import Bucket, Tuning
from aura_gql.storage.verifying.records import Trouble
from aura_gql.storage.verifying.service import StorageVerification
from tests.storage.s3_stores import RawBucket
from tests.support.blob_world import SCOPE, World, blob_world


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    bucket = Bucket("blobs", f"http://{host}:{port}", "a", "b", "/test/", region="us-east-1")
    raw, store = RawBucket(bucket), S3BlobStore(bucket, Tuning(batch_size=2))
    await raw.make()
    try:
        yield await blob_world(database, store)
    finally:
        await store.close()
        await raw.close()
        server.stop()


async def test_a_bucket_is_swept_and_verified(world: World) -> None:
    kept = [await world.write(b"named %d" % number) for number in range(3)]
    lost = await world.write(b"lost")
    await world.store.delete(lost)
    orphans = [await world.store.put(f"projects/{number}", b"orphan") for number in (1, 2, 3)]
    verification = StorageVerification(world.store, [world.room], [], world.sweeper(), repair=True, deep=True)
    found = {problem.subject: problem.trouble async for problem in verification.problems()}
    assert found == {
        f"{SCOPE}/{lost.sha256}": Trouble.MISSING,
        **{f"{orphan.scope}/{orphan.sha256}": Trouble.ORPHAN for orphan in orphans},
    }
    assert (verification.tally.stored, verification.tally.named) == (6, 4)
    report = await world.sweep()
    assert (report.looked_at, report.condemned, report.removed) == (6, 0, 3)
    assert [await world.is_there(key) for key in (*kept, *orphans)] == [True] * 3 + [False] * 3
    assert await world.write(b"orphan") == orphans[0]
    assert await world.store.get(orphans[0]) == b"orphan"
