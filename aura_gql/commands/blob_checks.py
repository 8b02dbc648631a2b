"""The doctor's checks of the blob store: each tries the real thing and never raises."""

import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from bson import ObjectId

from aura_gql import bounds
from aura_gql.commands.errands import Reply, errand
from aura_gql.commands.findings import Finding, State
from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.settings import Settings
from aura_gql.storage.addressing import address
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.values import Bucket, Tuning
from aura_gql.storage.errors import (
    BucketMissing,
    ClockSkewed,
    CredentialsRefused,
    StorageFull,
    StorageThrottled,
    StorageUnreachable,
    StorageUntrusted,
)
from aura_gql.storage.values import DownloadGrant, SignedRequest, UploadGrant

_BLOBS = "Blobs"
_PARTS = "Blobs in parts"
_LINKS = "Blob links"
_PAGES = "Blob links for pages"
# S3 takes no smaller parts.
_PART_BYTES = 5 * 1024 * 1024
_TUNING = Tuning(max_attempts=2, part_bytes=_PART_BYTES)
_LEAST_FREE_BYTES = 1024**3
_LEAST_FREE_SHARE = 0.05
_EXPIRY_S = 60
_SCOPE = "self-check"
_CODE = re.compile(rb"<Code>([^<]{1,100})</Code>")
_SIGNING_ADVICE = "See that nothing between changes requests, and that the store knows signatures of version 4."

# The first that fits counts.
_ADVICE: tuple[tuple[type[StorageUnavailable], str], ...] = (
    (BucketMissing, "Make the bucket {bucket}, or correct R2_BUCKET."),
    (CredentialsRefused, "Correct R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY: a key that may read, write, delete and"
     " list objects of {bucket}."),
    (ClockSkewed, "Set this host's clock, e.g. sudo timedatectl set-ntp true."),
    (StorageUntrusted, "Point R2_CA_FILE at the authority that has signed the certificate of {endpoint}."),
    (StorageUnreachable, "See that {endpoint} is right and can be reached from here, else correct R2_ENDPOINT_URL or"
     " R2_ACCOUNT_ID."),
    (StorageThrottled, "Wait, or raise the limits of the account."),
    (StorageFull, "Make room in {bucket}."),
    (StorageUnavailable, "See that R2_* fit the store at {endpoint}."),
)  # fmt: skip


async def check_blobs(settings: Settings) -> list[Finding]:
    """The folder or the bucket, by writing, reading and deleting; of a bucket also what clients do with it directly."""
    if settings.blob_directory is not None:
        return await _check_folder(settings.blob_directory)
    bucket = bounds.bucket(settings)
    store = S3BlobStore(bucket, _TUNING)
    try:
        findings = [await _check_bucket(store, bucket)]
        if findings[0].state is State.OK:
            findings += [await _check_parts(store, bucket), await _check_links(store, bucket)]
            findings += await _check_pages(store, bucket, settings)
        return findings
    finally:
        await store.close()


async def _check_folder(folder: Path) -> list[Finding]:
    store = LocalBlobStore(folder)
    try:
        await store.check()
    except StorageUnavailable as error:
        return [Finding(_BLOBS, State.FAILED, error.message, f"Check {folder}: see that it is writable.")]
    finally:
        await store.close()
    free, total = shutil.disk_usage(folder).free, shutil.disk_usage(folder).total
    if free < min(_LEAST_FREE_BYTES, total * _LEAST_FREE_SHARE):
        told = f"wrote, read and deleted in {folder}, whose disk has {free // 1024**2:,} MiB left"
        return [Finding(_BLOBS, State.WARNING, told, "Make room, or move BLOB_DIRECTORY to a larger disk.")]
    return [Finding(_BLOBS, State.OK, f"wrote, read and deleted in {folder}")]


async def _check_bucket(store: S3BlobStore, bucket: Bucket) -> Finding:
    try:
        await store.check()
    except StorageUnavailable as error:
        return _failure(_BLOBS, error, bucket)
    return Finding(_BLOBS, State.OK, f"wrote, read and deleted in bucket {bucket.name}{_below(bucket)}")


async def _check_parts(store: S3BlobStore, bucket: Bucket) -> Finding:
    """An object of two parts."""
    name, size = str(ObjectId()), _PART_BYTES + 1
    try:
        await store.write_upload(name, _zeros(size), size)
        if await store.stat_upload(name) != size:
            return Finding(_PARTS, State.FAILED, "What was sent in two parts came out at another length.")
    except StorageUnavailable as error:
        return _failure(_PARTS, error, bucket)
    finally:
        await _forget(store, name)
    return Finding(_PARTS, State.OK, "large files are stored, part by part")


async def _check_links(store: S3BlobStore, bucket: Bucket) -> Finding:
    """A signed upload, first of more than was signed, and a signed download."""
    name, data = str(ObjectId()), os.urandom(32)
    key = address(_SCOPE, data)
    try:
        await store.put(_SCOPE, data)
        request = await _upload(store, name, data)
        url = await store.download_url(key, DownloadGrant("check.txt", "text/plain", _EXPIRY_S)) or ""
        too_long = await errand(request.method, request.url, request.headers, data + b"!", bucket.ca_file)
        sent = await errand(request.method, request.url, request.headers, data, bucket.ca_file)
        fetched = await errand("GET", url, {}, ca_file=bucket.ca_file)
    except StorageUnavailable as error:
        return _failure(_LINKS, error, bucket)
    except OSError as error:
        advice = _advice(StorageUnreachable("It does not answer."), bucket)
        return Finding(_LINKS, State.FAILED, f"Signed requests get no answer: {error}.", advice)
    finally:
        await _forget(store, name)
        with suppress(StorageUnavailable):
            await store.delete(key)
    return _judged(too_long, sent, fetched, data)


def _judged(too_long: Reply, sent: Reply, fetched: Reply, data: bytes) -> Finding:
    if not sent.is_success:
        return Finding(_LINKS, State.FAILED, f"A signed upload is refused: {_words(sent)}.", _SIGNING_ADVICE)
    if not fetched.is_success or fetched.body != data:
        return Finding(_LINKS, State.FAILED, f"A signed download is refused: {_words(fetched)}.", _SIGNING_ADVICE)
    if not fetched.headers.get("content-disposition", "").startswith("attachment"):
        return Finding(_LINKS, State.FAILED, "A signed download is no attachment, as was signed.", _SIGNING_ADVICE)
    if too_long.is_success:
        told = "work, but the store takes more than was signed; what is too long is refused afterwards"
        return Finding(_LINKS, State.WARNING, told, "Let uploads expire soon by a lifecycle rule (docs/deployment.md).")
    return Finding(_LINKS, State.OK, "clients can upload and download by signed requests, just as signed")


async def _check_pages(store: S3BlobStore, bucket: Bucket, settings: Settings) -> list[Finding]:
    """Whether browsers let the pages of our origins make signed uploads, by asking as they do."""
    origins = dict.fromkeys([*settings.server.allowed_origins, *filter(None, [settings.server.public_url])])
    try:
        request = await _upload(store, str(ObjectId()), b"x")
        return [await _check_page(request, origin, bucket) for origin in origins]
    except OSError as error:
        return [Finding(_PAGES, State.WARNING, f"The store does not answer as browsers ask: {error}.")]


async def _check_page(request: SignedRequest, origin: str, bucket: Bucket) -> Finding:
    wanted = sorted(name.lower() for name in request.headers)
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": request.method,
        "Access-Control-Request-Headers": ",".join(wanted),
    }
    reply = await errand("OPTIONS", request.url, asked, ca_file=bucket.ca_file)
    is_for_page = reply.headers.get("access-control-allow-origin") in ("*", origin)
    if is_for_page and _allows(reply, "methods", [request.method.lower()]) and _allows(reply, "headers", wanted):
        return Finding(_PAGES, State.OK, f"browsers let pages of {origin} upload to the bucket")
    advice = f"Give the bucket a CORS rule for {origin}, PUT, {', '.join(wanted)} (docs/deployment.md, Buckets)."
    return Finding(_PAGES, State.WARNING, f"browsers don't let pages of {origin} upload to the bucket", advice)


def _allows(reply: Reply, kind: str, wanted: list[str]) -> bool:
    allowed = {word.strip().lower() for word in reply.headers.get(f"access-control-allow-{kind}", "").split(",")}
    return reply.is_success and ("*" in allowed or allowed.issuperset(wanted))


async def _upload(store: S3BlobStore, name: str, data: bytes) -> SignedRequest:
    grant = UploadGrant(len(data), "text/plain", hashlib.sha256(data).hexdigest(), _EXPIRY_S)
    request = await store.upload_url(name, grant)
    if request is None:
        raise StorageUnavailable("The blob store signs nothing.")
    return request


async def _zeros(size: int) -> AsyncIterator[bytes]:
    yield bytes(size)


async def _forget(store: S3BlobStore, name: str) -> None:
    with suppress(StorageUnavailable):
        await store.delete_upload(name)


def _failure(subject: str, error: StorageUnavailable, bucket: Bucket) -> Finding:
    return Finding(subject, State.FAILED, error.message, _advice(error, bucket))


def _advice(error: StorageUnavailable, bucket: Bucket) -> str:
    text = next(text for kind, text in _ADVICE if isinstance(error, kind))
    return text.format(bucket=bucket.name, endpoint=bucket.endpoint_url)


def _words(reply: Reply) -> str:
    code = _CODE.search(reply.body)
    return f"{reply.status} {code[1].decode(errors='replace')}" if code else str(reply.status)


def _below(bucket: Bucket) -> str:
    return f" below {bucket.prefix}" if bucket.prefix else ""
