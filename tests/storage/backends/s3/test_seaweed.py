"""The store on a server that checks what S3 checks: over http, over https, and behind R2's refusals."""

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import botocore.auth
import httpx
import pytest
import pytest_asyncio

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.addressing import address
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.values import Bucket, Encryption, Tuning
from aura_gql.storage.errors import ClockSkewed, CredentialsRefused, StorageUntrusted
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.values import DownloadGrant, UploadGrant
from tests.storage.blob_store_contract import UPLOAD, BlobStoreContract
from tests.storage.s3_stores import RawBucket
from tests.support.r2_persona import r2_in_front_of
from tests.support.seaweed import Seaweed, needs_seaweed

# Clients are costly to make, so that all tests on one server share one, and with it its loop.
pytestmark = [needs_seaweed, pytest.mark.asyncio(loop_scope="module")]

PART_BYTES = 5 * 1024 * 1024
DIRECT = "64b7f0c2a1b2c3d4e5f60719"
HELLO = UploadGrant(5, "text/plain", hashlib.sha256(b"hello").hexdigest(), 60)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["http", "https", "r2"])
async def bucket(request: pytest.FixtureRequest, seaweed: Seaweed) -> AsyncIterator[Bucket]:
    if request.param == "r2":
        async with r2_in_front_of(seaweed.http_url, seaweed.tls(), write_interval_s=0.1) as relay:
            yield seaweed.bucket(relay.url, "r2")
    else:
        yield seaweed.bucket(seaweed.https_url if request.param == "https" else seaweed.http_url, request.param)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(bucket: Bucket) -> AsyncIterator[S3BlobStore]:
    store = S3BlobStore(bucket, Tuning(part_bytes=PART_BYTES, batch_size=3, first_pause_s=0.1))
    yield store
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(seaweed: Seaweed) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=seaweed.trust(), timeout=60) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(seaweed: Seaweed) -> AsyncIterator[RawBucket]:
    raw = RawBucket(seaweed.bucket())
    yield raw
    await raw.close()


@pytest_asyncio.fixture(loop_scope="module")
async def store(shared: S3BlobStore, made: RawBucket) -> AsyncIterator[S3BlobStore]:
    yield shared
    await made.empty()


class TestS3BlobStoreForReal(BlobStoreContract):
    large = os.urandom(PART_BYTES + 3)

    async def test_a_download_is_an_attachment_of_the_name_and_type_that_were_signed(
        self, store: S3BlobStore, browser: httpx.AsyncClient
    ) -> None:
        key = await store.put("archives/1", b"hello")
        url = await store.download_url(key, DownloadGrant("Übersicht 1.zip", "application/zip", 60))
        assert url is not None
        answer = await browser.get(url)
        assert (answer.status_code, answer.content) == (200, b"hello")
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"].startswith('attachment; filename="_bersicht 1.zip"; filename*=')
        part = await browser.get(url, headers={"Range": "bytes=1-2"})
        assert (part.status_code, part.content) == (206, b"el")
        for forged in (url.replace("zip", "html"), url.replace(key.sha256, "0" * 64), url.partition("?")[0], url + "0"):
            assert (await browser.get(forged)).status_code == 403
        assert (await browser.put(url, content=b"jello")).status_code in (403, 429)

    async def test_an_upload_is_what_was_signed_or_nothing(
        self, store: S3BlobStore, browser: httpx.AsyncClient
    ) -> None:
        request = await store.upload_url(DIRECT, HELLO)
        assert request is not None
        fixed = dict(request.headers)
        other = address("x", b"jello").sha256
        for status, content, headers in [
            (403, b"hell", fixed),
            (403, b"hello!", fixed),
            (400, b"jello", fixed),
            (403, b"hello", fixed | {"Content-Type": "text/html"}),
            (403, b"jello", fixed | {"x-amz-checksum-sha256": other}),
            (403, b"hello", {}),
        ]:
            assert (await browser.put(request.url, content=content, headers=headers)).status_code == status
        assert [upload async for upload in store.uploads()] == []
        done = await browser.put(request.url, content=b"hello", headers=fixed)
        assert done.status_code == 200
        assert await store.stat_upload(DIRECT) == 5


async def test_r2_takes_our_parts(seaweed: Seaweed, made: RawBucket, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(bytes(2 * PART_BYTES + 3))
    async with r2_in_front_of(seaweed.http_url, seaweed.tls()) as relay:
        store = S3BlobStore(seaweed.bucket(relay.url), Tuning(part_bytes=PART_BYTES, max_attempts=1))
        key = await store.put_file("archives/1", tmp_path / "source")
        assert (await store.stat(key)).size == 2 * PART_BYTES + 3
        await store.close()
    parts = [request.length for request in relay.seen if "partNumber" in request.query]
    assert sorted(parts) == [3, PART_BYTES, PART_BYTES]
    await made.empty()


async def test_r2_knows_no_encryption_of_ours(seaweed: Seaweed) -> None:
    async with r2_in_front_of(seaweed.http_url, seaweed.tls()) as relay:
        bucket = replace(seaweed.bucket(relay.url), encryption=Encryption.AES256)
        store = S3BlobStore(bucket, Tuning(max_attempts=1))
        with pytest.raises(StorageUnavailable, match="NotImplemented"):
            await store.put("projects/1", b"hello")
        await store.close()


@pytest.fixture
def an_hour_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the SDK's signatures made by a clock that is late."""
    now = botocore.auth.get_current_datetime
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **options: now(**options) - timedelta(hours=1))


@pytest.mark.usefixtures("an_hour_ago")
async def test_signatures_expire_and_clocks_must_agree(seaweed: Seaweed, browser: httpx.AsyncClient) -> None:
    store = S3BlobStore(seaweed.bucket(), Tuning(max_attempts=1))
    url = await store.download_url(BlobKey("archives/1", HELLO.sha256), DownloadGrant("x", "text/plain", 60))
    request = await store.upload_url(UPLOAD, HELLO)
    assert url is not None
    assert request is not None
    late = [
        await browser.get(url),
        await browser.put(request.url, content=b"hello", headers=dict(request.headers)),
    ]
    assert [(answer.status_code, "expired" in answer.text.lower()) for answer in late] == [(403, True)] * 2
    for work in (store.check(), store.get(BlobKey("archives/1", HELLO.sha256))):
        with pytest.raises(ClockSkewed):
            await work
    await store.close()


async def test_wrong_keys(seaweed: Seaweed) -> None:
    for bucket in (replace(seaweed.bucket(), secret_key="other"), replace(seaweed.bucket(), access_key="other")):
        store = S3BlobStore(bucket, Tuning(max_attempts=1))
        with pytest.raises(CredentialsRefused):
            await store.check()
        await store.close()


async def test_an_authority_that_nobody_vouches_for(seaweed: Seaweed) -> None:
    store = S3BlobStore(replace(seaweed.bucket(seaweed.https_url), ca_file=None), Tuning(max_attempts=1))
    with pytest.raises(StorageUntrusted):
        await store.check()
    await store.close()
