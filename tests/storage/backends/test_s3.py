import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aioboto3
import pytest
from moto.server import ThreadedMotoServer

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound
from aura_gql.storage.ports import BlobKey
from tests.storage.blob_store_contract import BlobStoreContract
from tests.storage.scripted_http import Reply, ScriptedServer

BUCKET = "blobs"
KEY = BlobKey("templates", hashlib.sha256(b"hello").hexdigest())
NOT_FOUND = Reply(404)
THROTTLED = Reply(429, b"<Error><Code>TooManyRequests</Code></Error>")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
async def client(endpoint: str) -> AsyncIterator[Any]:
    """The SDK's own client, with an empty bucket."""
    session = aioboto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    async with session.client("s3", endpoint_url=endpoint) as client:
        await client.create_bucket(Bucket=BUCKET)
        yield client
        async for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for item in page.get("Contents", []):
                await client.delete_object(Bucket=BUCKET, Key=item["Key"])
        await client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
async def store(endpoint: str, client: Any) -> AsyncIterator[S3BlobStore]:
    store = S3BlobStore(BUCKET, endpoint, "a", "b", key_prefix="/test/", region="us-east-1")
    yield store
    await store.close()


class TestS3BlobStore(BlobStoreContract):
    async def test_objects_lie_below_the_prefix(self, store: S3BlobStore, client: Any) -> None:
        await store.put("projects/1", b"hello")
        found = await client.get_object(Bucket=BUCKET, Key=f"test/projects/1/{KEY.sha256}")
        assert await found["Body"].read() == b"hello"

    async def test_damage_is_seen_on_read_and_a_cut_object_replaced(self, store: S3BlobStore, client: Any) -> None:
        await client.put_object(Bucket=BUCKET, Key=f"test/templates/{KEY.sha256}", Body=b"hell")
        with pytest.raises(BlobCorrupted):
            await store.get(KEY)
        await store.put("templates", b"hello")
        assert await store.get(KEY) == b"hello"

    async def test_more_keys_than_one_answer_holds(self, store: S3BlobStore, endpoint: str) -> None:
        mine = {await store.put("projects/1", bytes([n])) for n in range(8)}
        paging = S3BlobStore(BUCKET, endpoint, "a", "b", "test", region="us-east-1", batch_size=3)
        assert {key async for key in paging.keys("projects/1")} == mine
        assert await paging.delete_scope("projects/1") == 8
        assert [key async for key in store.keys("projects/1")] == []
        await paging.close()

    async def test_a_bucket_that_is_not_there(self, endpoint: str) -> None:
        store = S3BlobStore("nowhere", endpoint, "a", "b", region="us-east-1")
        with pytest.raises(StorageUnavailable, match="no such bucket"):
            await store.check()
        with pytest.raises(StorageUnavailable, match="no such bucket"):
            await store.get(KEY)
        with pytest.raises(StorageUnavailable, match="no such bucket"):
            await store.delete_scope("templates")
        await store.close()

    async def test_a_closed_store_says_so(self, endpoint: str) -> None:
        store = S3BlobStore(BUCKET, endpoint, "a", "b")
        await store.close()
        await store.close()
        with pytest.raises(StorageUnavailable, match="closed"):
            await store.get(KEY)


def scripted_store(server: ScriptedServer, max_attempts: int = 2) -> S3BlobStore:
    return S3BlobStore(BUCKET, server.url, "a", "b", max_attempts=max_attempts)


async def test_no_server() -> None:
    async with ScriptedServer([]) as server:
        store = scripted_store(server, max_attempts=1)
    with pytest.raises(StorageUnavailable, match="does not answer"):
        await store.put("templates", b"hello")
    await store.close()


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials(status: int) -> None:
    async with ScriptedServer([Reply(status, b"<Error><Code>AccessDenied</Code></Error>")]) as server:
        store = scripted_store(server)
        with pytest.raises(StorageUnavailable, match="refuses our credentials"):
            await store.get(KEY)
        await store.close()


async def test_a_missing_object_without_words() -> None:
    async with ScriptedServer([NOT_FOUND]) as server:
        store = scripted_store(server)
        with pytest.raises(BlobNotFound, match=KEY.sha256):
            await store.get(KEY)
        await store.close()


async def test_a_throttled_write_is_tried_again_and_may_find_it_done() -> None:
    done = Reply(200, headers={"Content-Length": "5"})
    async with ScriptedServer([NOT_FOUND, THROTTLED, done]) as server:
        store = scripted_store(server)
        assert await store.put("templates", b"hello") == KEY
        await store.close()
    assert [request.split(" ")[0] for request in server.requests] == ["HEAD", "PUT", "HEAD"]


async def test_throttling_has_an_end() -> None:
    async with ScriptedServer([NOT_FOUND, THROTTLED] * 2) as server:
        store = scripted_store(server)
        with pytest.raises(StorageUnavailable, match="TooManyRequests"):
            await store.put("templates", b"hello")
        await store.close()


async def test_a_body_cut_short_is_read_again() -> None:
    cut = Reply(200, b"he", headers={"Content-Length": "5"})
    async with ScriptedServer([cut, Reply(200, b"hello")]) as server:
        store = scripted_store(server)
        assert await store.get(KEY) == b"hello"
        await store.close()


async def test_a_write_carries_its_digest_and_no_trailer() -> None:
    async with ScriptedServer([NOT_FOUND, Reply(200)]) as server:
        store = scripted_store(server)
        await store.put("templates", b"hello")
        await store.close()
    put = server.requests[1]
    assert "XUFAKrxLKna5cZ2REBfFkg==" in put
    assert "trailer" not in put.lower()
    assert "aws-chunked" not in put.lower()
