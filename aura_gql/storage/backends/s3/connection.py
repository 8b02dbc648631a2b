"""The connection to a bucket: opened at first use, patient with what passes."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Protocol, TypeAlias, TypeVar

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.s3.errors import is_passing, sdk_errors
from aura_gql.storage.backends.s3.values import Bucket, Tuning

_CONNECTIONS = 32

ResultT = TypeVar("ResultT")
Answer = Mapping[str, Any]


class _Client(Protocol):
    """As much of the SDK's S3 client as is used."""

    async def head_object(self, **parameters: object) -> Answer: ...
    async def put_object(self, **parameters: object) -> Answer: ...
    async def get_object(self, **parameters: object) -> Answer: ...
    async def delete_object(self, **parameters: object) -> Answer: ...
    async def delete_objects(self, **parameters: object) -> Answer: ...
    async def create_multipart_upload(self, **parameters: object) -> Answer: ...
    async def upload_part(self, **parameters: object) -> Answer: ...
    async def complete_multipart_upload(self, **parameters: object) -> Answer: ...
    async def abort_multipart_upload(self, **parameters: object) -> Answer: ...
    async def generate_presigned_url(self, ClientMethod: str, Params: object, ExpiresIn: int) -> str: ...  # noqa: N803
    async def list_objects_v2(self, **parameters: object) -> Answer: ...


Client: TypeAlias = _Client


class S3Connection:
    """The SDK's client for one bucket.

    The SDK retries what passes by itself; besides, what throttles (R2: one write a second to a key, 429) and bodies cut
    short are tried again, with pauses that grow and differ.
    """

    def __init__(self, bucket: Bucket, tuning: Tuning) -> None:
        self.bucket = bucket
        self.tuning = tuning
        self._opening = asyncio.Lock()
        self._resources = AsyncExitStack()
        self._client: Client | None = None
        self._is_closed = False

    async def run(self, work: Callable[[Client], Awaitable[ResultT]]) -> ResultT:
        """What `work` gives, which may be done more than once; its failures as BlobNotFound or StorageUnavailable."""
        with sdk_errors():
            async with asyncio.timeout(self.tuning.patience_s):
                for attempt in range(1, self.tuning.max_attempts):
                    try:
                        return await work(await self.client())
                    except Exception as error:
                        if not is_passing(error):
                            raise
                    await self.pause(attempt)
                return await work(await self.client())

    async def pause(self, attempt: int) -> None:
        """Wait before another attempt after the `attempt`th, counted from 1."""
        await asyncio.sleep(self.tuning.first_pause_s * 2**attempt * random.uniform(0.5, 1))  # noqa: S311

    async def client(self) -> Client:
        """The SDK's client; StorageUnavailable after `close`."""
        async with self._opening:
            if self._is_closed:
                raise StorageUnavailable("The blob store is closed.")
            if self._client is not None:
                return self._client
            context = await asyncio.to_thread(self._new_client)
            client: Client = await self._resources.enter_async_context(context)
            self._client = client
            return client

    async def close(self) -> None:
        """Hang up; safe to repeat."""
        async with self._opening:
            self._is_closed = True
            self._client = None
            await self._resources.aclose()

    def _new_client(self) -> Any:
        # Heavy, and not wanted where blobs are local.
        import aioboto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        bucket, tuning = self.bucket, self.tuning
        session = aioboto3.Session(
            aws_access_key_id=bucket.access_key, aws_secret_access_key=bucket.secret_key, region_name=bucket.region
        )
        config = Config(
            signature_version="s3v4",
            connect_timeout=tuning.connect_timeout_s,
            read_timeout=tuning.read_timeout_s,
            max_pool_connections=_CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": tuning.max_attempts},
            s3={"addressing_style": "path"},
            # Over https the SDK would else send an `aws-chunked` trailer, which R2 refuses.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        verify = str(bucket.ca_file) if bucket.ca_file else None
        return session.client("s3", endpoint_url=bucket.endpoint_url, verify=verify, config=config)
