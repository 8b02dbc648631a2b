import hashlib
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from moto.server import ThreadedMotoServer

from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.values import Bucket, Tuning
from aura_gql.storage.errors import BlobCorrupted, BucketMissing
from aura_gql.storage.ports import BlobKey
from tests.storage.blob_store_contract import PART_BYTES, BlobStoreContract
from tests.storage.s3_stores import RawBucket, store_at

KEY = BlobKey("templates", hashlib.sha256(b"hello").hexdigest())

# Clients are costly to make, so that all tests here share one, and with it its loop.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)
        yield Bucket("blobs", f"http://{host}:{port}", "a", "b", "/test/", region="us-east-1")
    server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(bucket: Bucket) -> AsyncIterator[RawBucket]:
    raw = RawBucket(bucket)
    await raw.make()
    yield raw
    await raw.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(bucket: Bucket) -> AsyncIterator[S3BlobStore]:
    store = S3BlobStore(bucket, Tuning(part_bytes=PART_BYTES, batch_size=3))
    yield store
    await store.close()


@pytest_asyncio.fixture(loop_scope="module")
async def store(shared: S3BlobStore, made: RawBucket) -> AsyncIterator[S3BlobStore]:
    yield shared
    await made.empty()


class TestS3BlobStore(BlobStoreContract):
    async def test_objects_lie_below_the_prefix(self, store: S3BlobStore, made: RawBucket) -> None:
        await store.put("projects/1", b"hello")
        assert await made.keys() == {f"test/projects/1/{KEY.sha256}"}

    async def test_damage_is_seen_on_read_and_a_cut_object_replaced(self, store: S3BlobStore, made: RawBucket) -> None:
        await made.write(f"test/templates/{KEY.sha256}", b"hell")
        with pytest.raises(BlobCorrupted):
            await store.get(KEY)
        with pytest.raises(BlobCorrupted):
            await anext(store.read(KEY))
        await store.put("templates", b"hello")
        assert await store.get(KEY) == b"hello"

    async def test_a_bucket_that_is_not_there(self, bucket: Bucket) -> None:
        store = store_at(str(bucket.endpoint_url), Tuning(), "nowhere")
        for work in (store.check(), store.get(KEY), store.stat(KEY), store.delete_scope("templates")):
            with pytest.raises(BucketMissing):
                await work
        await store.close()
