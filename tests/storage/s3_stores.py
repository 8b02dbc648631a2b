"""S3 stores for tests, and a look behind them."""

from typing import Any

from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.connection import S3Connection
from aura_gql.storage.backends.s3.values import Bucket, Tuning


def store_at(endpoint: str, tuning: Tuning, bucket: str = "blobs") -> S3BlobStore:
    """A store in a bucket of the server at `endpoint`, with keys that nobody checks."""
    return S3BlobStore(Bucket(bucket, endpoint, "a", "b", region="us-east-1"), tuning)


class RawBucket:
    """A bucket as the SDK sees it: made, looked into, damaged and emptied behind the store's back."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._connection = S3Connection(bucket, Tuning(max_attempts=1))

    async def make(self) -> None:
        await (await self._client()).create_bucket(Bucket=self._bucket.name)

    async def write(self, key: str, data: bytes) -> None:
        await (await self._client()).put_object(Bucket=self._bucket.name, Key=key, Body=data)

    async def keys(self) -> set[str]:
        page = await (await self._client()).list_objects_v2(Bucket=self._bucket.name)
        return {item["Key"] for item in page.get("Contents", [])}

    async def parts_waiting(self) -> int:
        """Multipart uploads that are neither complete nor aborted."""
        answer = await (await self._client()).list_multipart_uploads(Bucket=self._bucket.name)
        return len(answer.get("Uploads", []))

    async def configure(self, cors: object, lifecycle: object) -> None:
        """Give it rules, as JSON has them."""
        client = await self._client()
        await client.put_bucket_cors(Bucket=self._bucket.name, CORSConfiguration={"CORSRules": cors})
        await client.put_bucket_lifecycle_configuration(Bucket=self._bucket.name, LifecycleConfiguration=lifecycle)

    async def empty(self) -> None:
        keys = await self.keys()
        if keys:
            doomed = {"Objects": [{"Key": key} for key in keys]}
            await (await self._client()).delete_objects(Bucket=self._bucket.name, Delete=doomed)

    async def close(self) -> None:
        await self._connection.close()

    async def _client(self) -> Any:
        return await self._connection.client()
