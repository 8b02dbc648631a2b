import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.values import Tuning
from aura_gql.storage.errors import BlobNotFound, CredentialsRefused, StorageThrottled, StorageUnreachable
from aura_gql.storage.ports import BlobKey
from tests.storage.s3_stores import store_at
from tests.storage.scripted_http import Reply, ScriptedServer

KEY = BlobKey("templates", hashlib.sha256(b"hello").hexdigest())
NOT_FOUND = Reply(404)
THROTTLED = Reply(429, b"<Error><Code>TooManyRequests</Code></Error>")
TWICE = Tuning(max_attempts=2, first_pause_s=0.01)


@asynccontextmanager
async def scripted(replies: Sequence[Reply]) -> AsyncIterator[tuple[S3BlobStore, ScriptedServer]]:
    async with ScriptedServer(replies) as server:
        store = store_at(server.url, TWICE)
        yield store, server
        await store.close()


async def test_no_server() -> None:
    async with ScriptedServer([]) as server:
        store = store_at(server.url, Tuning(max_attempts=1))
    with pytest.raises(StorageUnreachable, match="does not answer"):
        await store.put("templates", b"hello")
    await store.close()


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials(status: int) -> None:
    async with scripted([Reply(status, b"<Error><Code>AccessDenied</Code></Error>")]) as (store, _):
        with pytest.raises(CredentialsRefused):
            await store.get(KEY)


async def test_a_missing_object_without_words() -> None:
    async with scripted([NOT_FOUND]) as (store, _):
        with pytest.raises(BlobNotFound, match=KEY.sha256):
            await store.get(KEY)


async def test_a_throttled_write_is_tried_again_and_may_find_it_done() -> None:
    done = Reply(200, headers={"Content-Length": "5"})
    async with scripted([NOT_FOUND, THROTTLED, done]) as (store, server):
        assert await store.put("templates", b"hello") == KEY
        assert [request.split(" ")[0] for request in server.requests] == ["HEAD", "PUT", "HEAD"]


async def test_throttling_has_an_end() -> None:
    async with scripted([NOT_FOUND, THROTTLED] * 2) as (store, _):
        with pytest.raises(StorageThrottled, match="TooManyRequests"):
            await store.put("templates", b"hello")


async def test_a_closed_store_says_so() -> None:
    async with scripted([]) as (store, _):
        await store.close()
        with pytest.raises(StorageUnavailable, match="closed"):
            await store.get(KEY)
