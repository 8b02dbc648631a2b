"""Blobs in a bucket of S3, Cloudflare R2 or anything that speaks like them."""

import asyncio
import base64
import hashlib
import random
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Protocol, TypeVar

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.addressing import address, require_key, require_scope, verified
from aura_gql.storage.backends.s3_errors import is_missing, is_passing, sdk_errors
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.ports import BlobKey

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
_CONNECTIONS = 32
_FIRST_PAUSE_S = 0.2
_PROBE_SCOPE = "self-check"

ResultT = TypeVar("ResultT")
Answer = Mapping[str, Any]


class _Pages(Protocol):
    def paginate(self, **parameters: object) -> AsyncIterable[Answer]: ...


class _Client(Protocol):
    """As much of the SDK's S3 client as is used."""

    async def head_object(self, **parameters: object) -> Answer: ...
    async def put_object(self, **parameters: object) -> Answer: ...
    async def get_object(self, **parameters: object) -> Answer: ...
    async def delete_object(self, **parameters: object) -> Answer: ...
    async def delete_objects(self, **parameters: object) -> Answer: ...
    def get_paginator(self, operation_name: str) -> _Pages: ...


class S3BlobStore:
    """A `BlobStore` in a bucket, as `<key prefix>/<scope>/<sha256>`.

    The SDK retries what passes by itself; besides, what R2 throttles (one write a second to a key, 429) and bodies cut
    short are tried again, `max_attempts` times in all. The connection opens at first use.
    """

    def __init__(
        self,
        bucket: str,
        endpoint_url: str | None,
        access_key: str,
        secret_key: str,
        key_prefix: str = "",
        *,
        region: str = "auto",
        max_attempts: int = 4,
        batch_size: int = 1_000,
    ) -> None:
        self._bucket = bucket
        self._endpoint_url = endpoint_url
        self._access_key = access_key
        self._secret_key = secret_key
        self._prefix = f"{key_prefix.strip('/')}/" if key_prefix.strip("/") else ""
        self._region = region
        self._max_attempts = max_attempts
        self._batch_size = batch_size
        self._opening = asyncio.Lock()
        self._open_connections = AsyncExitStack()
        self._client: _Client | None = None
        self._is_closed = False

    async def put(self, scope: str, data: bytes) -> BlobKey:
        """As the port promises. An object of another length in its place is damaged, and is replaced."""
        key = address(scope, data)
        digest = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()

        async def put_if_missing(client: _Client) -> None:
            if await self._size(client, key) != len(data):
                await client.put_object(**self._where(key), Body=data, ContentMD5=digest)

        await self._run(put_if_missing)
        return key

    async def get(self, key: BlobKey) -> bytes:
        """As the port promises."""
        where = self._where(key)

        async def read(client: _Client) -> bytes:
            answer = await client.get_object(**where)
            async with answer["Body"] as body:
                data: bytes = await body.read()
                return data

        try:
            return verified(key, await self._run(read))
        except BlobNotFound:
            raise BlobNotFound(f"No blob {key.sha256} in {key.scope}.") from None

    async def delete(self, key: BlobKey) -> None:
        """As the port promises."""
        where = self._where(key)
        await self._run(lambda client: client.delete_object(**where))

    async def delete_scope(self, scope: str) -> int:
        """As the port promises, `batch_size` objects a request."""
        names = [self._name(key) async for key in self.keys(scope)]
        for start in range(0, len(names), self._batch_size):
            await self._delete_batch(names[start : start + self._batch_size])
        return len(names)

    async def keys(self, scope: str) -> AsyncIterator[BlobKey]:
        """As the port promises, `batch_size` objects a request."""
        folder = f"{self._prefix}{require_scope(scope)}/"
        with sdk_errors():
            client = await self._connected()
            pages = client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=folder, Delimiter="/", PaginationConfig={"PageSize": self._batch_size}
            )
            iterator = aiter(pages)
        while True:
            with sdk_errors():
                page = await anext(iterator, None)
            if page is None:
                return
            for item in page.get("Contents", []):
                yield BlobKey(scope, item["Key"].removeprefix(folder))

    async def check(self) -> None:
        """As the port promises."""
        key = await self.put(_PROBE_SCOPE, uuid.uuid4().bytes)
        await self.get(key)
        await self.delete(key)

    async def close(self) -> None:
        """As the port promises; safe to repeat."""
        async with self._opening:
            self._is_closed = True
            self._client = None
            await self._open_connections.aclose()

    def _name(self, key: BlobKey) -> str:
        return f"{self._prefix}{key.scope}/{key.sha256}"

    def _where(self, key: BlobKey) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._name(require_key(key))}

    async def _size(self, client: _Client, key: BlobKey) -> int | None:
        try:
            return int((await client.head_object(**self._where(key)))["ContentLength"])
        except Exception as error:
            if is_missing(error):
                return None
            raise

    async def _delete_batch(self, names: list[str]) -> None:
        request = {"Objects": [{"Key": name} for name in names], "Quiet": True}
        answer = await self._run(lambda client: client.delete_objects(Bucket=self._bucket, Delete=request))
        if answer.get("Errors"):
            raise StorageUnavailable(f"The blob store did not delete {len(answer['Errors'])} of {len(names)} blobs.")

    async def _run(self, work: Callable[[_Client], Awaitable[ResultT]]) -> ResultT:
        with sdk_errors():
            for attempt in range(1, self._max_attempts):
                try:
                    return await work(await self._connected())
                except Exception as error:
                    if not is_passing(error):
                        raise
                await asyncio.sleep(_FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1))  # noqa: S311
            return await work(await self._connected())

    async def _connected(self) -> _Client:
        async with self._opening:
            if self._is_closed:
                raise StorageUnavailable("The blob store is closed.")
            if self._client is not None:
                return self._client
            context = await asyncio.to_thread(self._new_client)
            client: _Client = await self._open_connections.enter_async_context(context)
            self._client = client
            return client

    def _new_client(self) -> Any:
        # Heavy, and not wanted where blobs are local.
        import aioboto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        session = aioboto3.Session(
            aws_access_key_id=self._access_key, aws_secret_access_key=self._secret_key, region_name=self._region
        )
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            max_pool_connections=_CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": self._max_attempts},
            s3={"addressing_style": "path"},
            # Over https the SDK would else send an `aws-chunked` trailer, which R2 refuses.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return session.client("s3", endpoint_url=self._endpoint_url, config=config)
