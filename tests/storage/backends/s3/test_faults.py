"""What goes wrong on the way to a bucket: each has a name, an end in time, and leaves no half of anything."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.addressing import address
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.values import Tuning
from aura_gql.storage.errors import (
    BlobNotFound,
    BucketMissing,
    ClockSkewed,
    CredentialsRefused,
    StorageFull,
    StorageThrottled,
    StorageUnreachable,
)
from tests.storage.s3_stores import RawBucket
from tests.support.http_relay import Answer, HangUp, HttpRelay, Request, Silence, Verdict
from tests.support.seaweed import Seaweed, needs_seaweed
from tests.support.waiting import until

pytestmark = [needs_seaweed, pytest.mark.asyncio(loop_scope="module")]

PART_BYTES = 5 * 1024 * 1024
LARGE = os.urandom(PART_BYTES + 3)


class Trouble:
    """What befalls the next `times` requests that have `word` in method, path or query; `befallen` counts them."""

    def __init__(self) -> None:
        self.befallen = 0
        self.end()

    def begin(self, word: str, verdict: Verdict = None, *, cut_at: int | None = None, times: int = 1_000) -> None:
        self._word, self._verdict, self._cut_at, self._left = word, verdict, cut_at, times

    def end(self) -> None:
        self.begin("", times=0)

    def rule(self, request: Request) -> Verdict:
        return self._verdict if self._verdict is not None and self._befalls(request) else None

    def revise(self, request: Request, answer: Answer) -> Answer:
        return replace(answer, cut_at=self._cut_at) if self._cut_at is not None and self._befalls(request) else answer

    def _befalls(self, request: Request) -> bool:
        told = f"{request.method} {request.path} {'&'.join(request.query)}"
        if self._word not in told or not self._left:
            return False
        self._left -= 1
        self.befallen += 1
        return True


@pytest.fixture(scope="module")
def trouble() -> Trouble:
    return Trouble()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(seaweed: Seaweed, trouble: Trouble) -> AsyncIterator[HttpRelay]:
    async with HttpRelay(seaweed.http_url, [trouble.rule], [trouble.revise]) as relay:
        yield relay


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hasty(seaweed: Seaweed, relay: HttpRelay) -> AsyncIterator[S3BlobStore]:
    """A store that tries once."""
    store = S3BlobStore(seaweed.bucket(relay.url, "faults"), Tuning(max_attempts=1, part_bytes=PART_BYTES))
    yield store
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def patient(seaweed: Seaweed, relay: HttpRelay) -> AsyncIterator[S3BlobStore]:
    """A store that tries twice."""
    store = S3BlobStore(seaweed.bucket(relay.url, "faults"), Tuning(max_attempts=2, first_pause_s=0.01))
    yield store
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def raw(seaweed: Seaweed) -> AsyncIterator[RawBucket]:
    raw = RawBucket(seaweed.bucket())
    yield raw
    await raw.close()


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def cleared(raw: RawBucket, trouble: Trouble) -> AsyncIterator[None]:
    yield
    trouble.end()
    await raw.empty()


FAULTS: list[tuple[Verdict, type[StorageUnavailable]]] = [
    (Answer.refusal(429, "TooManyRequests"), StorageThrottled),
    (Answer.refusal(503, "SlowDown"), StorageThrottled),
    (Answer(503, {"content-length": "0"}, b""), StorageUnreachable),
    (Answer.refusal(500, "InternalError"), StorageUnreachable),
    (HangUp(0), StorageUnreachable),
    (HangUp(500), StorageUnreachable),
    (Answer.refusal(403, "RequestTimeTooSkewed"), ClockSkewed),
    (Answer.refusal(404, "NoSuchBucket"), BucketMissing),
    (Answer.refusal(401, "Unauthorized"), CredentialsRefused),
    (Answer.refusal(403, "AccessDenied"), CredentialsRefused),
    (Answer.refusal(403, "QuotaExceeded"), StorageFull),
    (Answer.refusal(400, "InvalidArgument"), StorageUnavailable),
]


async def test_each_fault_has_a_name_and_leaves_nothing(hasty: S3BlobStore, trouble: Trouble) -> None:
    for verdict, kind in FAULTS:
        data = os.urandom(1000)
        trouble.begin("PUT", verdict)
        with pytest.raises(kind) as caught:
            await hasty.put("projects/1", data)
        assert type(caught.value) is kind
        trouble.end()
        with pytest.raises(BlobNotFound):
            await hasty.stat(address("projects/1", data))
        assert await hasty.get(await hasty.put("projects/1", data)) == data


@pytest.mark.parametrize("word", ["PUT", "POST"], ids=["a part", "beginning"])
async def test_a_file_that_does_not_get_through_leaves_no_parts(
    hasty: S3BlobStore, trouble: Trouble, raw: RawBucket, tmp_path: Path, word: str
) -> None:
    (tmp_path / "source").write_bytes(LARGE)
    trouble.begin(word, HangUp(0 if word == "POST" else 3))
    with pytest.raises(StorageUnreachable):
        await hasty.put_file("archives/1", tmp_path / "source")
    assert await raw.parts_waiting() == 0
    assert await raw.keys() == set()


async def test_a_file_whose_last_answer_got_lost_is_there(hasty: S3BlobStore, trouble: Trouble, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(LARGE)
    trouble.begin(f"POST /blobs/faults/archives/1/{address('x', LARGE).sha256} uploadId", cut_at=10)
    before = trouble.befallen
    key = await hasty.put_file("archives/1", tmp_path / "source")
    assert trouble.befallen == before + 1
    assert (await hasty.stat(key)).size == len(LARGE)


async def test_whoever_gives_up_leaves_no_parts(
    hasty: S3BlobStore, trouble: Trouble, relay: HttpRelay, raw: RawBucket, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(LARGE)
    trouble.begin("partNumber", Silence())
    relay.seen.clear()
    upload = asyncio.create_task(hasty.put_file("archives/1", tmp_path / "source"))
    await until(lambda: any("partNumber" in request.query for request in relay.seen))
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert await raw.parts_waiting() == 0


async def test_a_download_that_is_cut_is_taken_up(patient: S3BlobStore, trouble: Trouble, relay: HttpRelay) -> None:
    key = await patient.put("projects/1", LARGE)
    relay.seen.clear()
    trouble.begin("GET", cut_at=1_000_000, times=1)
    assert b"".join([piece async for piece in patient.read(key)]) == LARGE
    assert [request.headers.get("range") for request in relay.seen] == [None, "bytes=1000000-"]
    trouble.begin("GET", cut_at=1_000_000, times=1)
    assert await patient.get(key) == LARGE


async def test_a_download_that_is_always_cut_has_an_end(hasty: S3BlobStore, trouble: Trouble) -> None:
    key = await hasty.put("projects/1", b"hello")
    trouble.begin("GET", cut_at=0)
    with pytest.raises(StorageUnreachable):
        [piece async for piece in hasty.read(key)]
    with pytest.raises(StorageUnreachable):
        await hasty.get(key)


async def test_throttling_passes(patient: S3BlobStore, trouble: Trouble) -> None:
    trouble.begin("PUT", Answer.refusal(429, "TooManyRequests"), times=1)
    key = await patient.put("projects/1", b"hello")
    trouble.begin("GET", Answer.refusal(503, "SlowDown"), times=1)
    assert await patient.get(key) == b"hello"


@pytest.mark.parametrize(
    "tuning", [Tuning(patience_s=0.5), Tuning(read_timeout_s=0.2, max_attempts=1)], ids=["in all", "for an answer"]
)
async def test_patience_has_an_end(seaweed: Seaweed, relay: HttpRelay, trouble: Trouble, tuning: Tuning) -> None:
    store = S3BlobStore(seaweed.bucket(relay.url), tuning)
    trouble.begin("", Silence())
    with pytest.raises(StorageUnreachable):
        await store.put("projects/1", b"hello")
    await store.close()
