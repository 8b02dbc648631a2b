"""The objects of a bucket, by their paths below its prefix."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.addressing import CHUNK_BYTES
from aura_gql.storage.backends.s3.connection import Answer, Client, S3Connection
from aura_gql.storage.backends.s3.digests import content_md5, digested
from aura_gql.storage.backends.s3.errors import code_of, is_missing, is_wordless, sdk_errors
from aura_gql.storage.backends.s3.multipart import MultipartUpload
from aura_gql.storage.errors import BlobNotFound, StorageUnreachable
from aura_gql.storage.streams import equal_parts

_NO_SUCH_RANGE = frozenset({"416", "InvalidRange"})


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object that is there."""

    path: str
    size: int
    modified_at: datetime


class S3Objects:
    """What is done with objects; errors are BlobNotFound and StorageUnavailable."""

    def __init__(self, connection: S3Connection) -> None:
        self._connection = connection
        self._bucket = connection.bucket

    async def put(self, path: str, data: bytes) -> None:
        """Make an object of `data` in one request."""
        request = await self._making(path, data)
        await self._connection.run(lambda client: client.put_object(**request, Body=data))

    async def put_if_other_size(self, path: str, data: bytes) -> None:
        """The same, unless an object of this length is there. Each attempt looks: the last may have been done."""
        request = await self._making(path, data)

        async def attempt(client: Client) -> None:
            answer = await _head(client, self._bucket.address(path))
            if answer is None or answer["ContentLength"] != len(data):
                await client.put_object(**request, Body=data)

        await self._connection.run(attempt)

    async def put_stream(self, path: str, pieces: AsyncIterator[bytes], size: int) -> None:
        """Make an object of the `size` bytes of a stream, in parts where they are many."""
        part_size = self._connection.tuning.part_size(size)
        parts = equal_parts(pieces, part_size)
        if size > part_size:
            await MultipartUpload(self._connection, path).send(parts)
        else:
            await self.put(path, b"".join([part async for part in parts]))

    async def get(self, path: str) -> bytes:
        """All bytes of an object."""
        where = self._bucket.address(path)

        async def read(client: Client) -> bytes:
            answer = await client.get_object(**where)
            async with answer["Body"] as body:
                data: bytes = await body.read()
                return data

        return await self._connection.run(read)

    async def read(
        self, path: str, absent: BlobNotFound, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` up to `end`, or all that follow; a cut connection is taken up from there."""
        if end is not None and start >= end:
            await self.info(path, absent)
            return
        attempt = 1
        while True:
            body = await self._body(path, absent, start, end)
            if body is None:
                return
            try:
                async with body:
                    while piece := await _piece(body):
                        start += len(piece)
                        attempt = 1
                        yield piece
                return
            except StorageUnreachable:
                if attempt >= self._connection.tuning.max_attempts:
                    raise
            await self._connection.pause(attempt)
            attempt += 1

    async def info(self, path: str, absent: BlobNotFound) -> ObjectInfo:
        """What is known of an object."""
        where = self._bucket.address(path)
        answer = await self._connection.run(lambda client: _head(client, where))
        if answer is not None:
            return ObjectInfo(path, int(answer["ContentLength"]), answer["LastModified"].astimezone(UTC))
        # A HEAD has no words for what is missing, the object or the whole bucket.
        async with await self._body(path, absent, 0, 1) or nullcontext():
            raise absent

    async def delete(self, path: str) -> None:
        """Remove an object, if it is there."""
        where = self._bucket.address(path)
        await self._connection.run(lambda client: client.delete_object(**where))

    async def delete_all(self, paths: Sequence[str]) -> None:
        """Remove many."""
        step = self._connection.tuning.batch_size
        for start in range(0, len(paths), step):
            await self._delete_batch([self._bucket.prefix + path for path in paths[start : start + step]])

    async def in_folder(self, folder: str) -> AsyncIterator[ObjectInfo]:
        """The objects right below `folder`, which ends in `/`."""
        async for page in self._pages(folder):
            for item in page.get("Contents", []):
                path = item["Key"].removeprefix(self._bucket.prefix)
                if path == folder:
                    continue  # Some stores and consoles keep folders as empty objects.
                yield ObjectInfo(path, int(item["Size"]), item["LastModified"].astimezone(UTC))

    async def folders_in(self, folder: str) -> AsyncIterator[str]:
        """The names right below `folder` that have objects below them, without slashes."""
        async for page in self._pages(folder):
            for item in page.get("CommonPrefixes", []):
                yield item["Prefix"].removeprefix(self._bucket.prefix + folder).rstrip("/")

    async def _pages(self, folder: str) -> AsyncIterator[Answer]:
        request: dict[str, Any] = {
            "Bucket": self._bucket.name,
            "Prefix": self._bucket.prefix + folder,
            "Delimiter": "/",
            "MaxKeys": self._connection.tuning.batch_size,
        }
        while True:
            page = await self._connection.run(lambda client: client.list_objects_v2(**request))
            yield page
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    async def _making(self, path: str, data: bytes) -> dict[str, str]:
        """What the request says that makes an object of `data`, but for these."""
        digest = await digested(content_md5, data)
        return {**self._bucket.address(path), **self._bucket.encrypted, "ContentMD5": digest}

    async def _body(self, path: str, absent: BlobNotFound, start: int, end: int | None) -> Any:
        """The opened body of an object or of a part of it; None where the part lies beyond its end."""
        request: dict[str, str] = self._bucket.address(path)
        if start or end is not None:
            request["Range"] = f"bytes={start}-{'' if end is None else end - 1}"

        async def open_body(client: Client) -> Any:
            try:
                return (await client.get_object(**request))["Body"]
            except Exception as error:
                if code_of(error) in _NO_SUCH_RANGE:
                    return None
                raise

        try:
            return await self._connection.run(open_body)
        except BlobNotFound:
            raise absent from None

    async def _delete_batch(self, names: list[str]) -> None:
        request = {"Objects": [{"Key": name} for name in names], "Quiet": True}
        answer = await self._connection.run(
            lambda client: client.delete_objects(Bucket=self._bucket.name, Delete=request)
        )
        if answer.get("Errors"):
            raise StorageUnavailable(f"The blob store did not delete {len(answer['Errors'])} of {len(names)} blobs.")


async def _head(client: Client, where: dict[str, str]) -> Answer | None:
    try:
        return await client.head_object(**where)
    except Exception as error:
        if is_missing(error):
            return None
        if is_wordless(error):
            async with (await client.get_object(**where, Range="bytes=0-0"))["Body"]:
                pass  # It is refused as well, and says why.
        raise


async def _piece(body: Any) -> bytes:
    with sdk_errors():
        piece: bytes = await body.read(CHUNK_BYTES)
        return piece
