"""Objects that are sent in parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.s3.connection import Client, S3Connection
from aura_gql.storage.backends.s3.digests import content_md5, digested

_ABORT_S = 10.0


class MultipartUpload:
    """One object on its way: it appears whole, when the last part is there, or not at all."""

    def __init__(self, connection: S3Connection, path: str) -> None:
        self._connection = connection
        self._where = connection.bucket.address(path)

    async def send(self, parts: AsyncIterator[bytes]) -> None:
        """Send parts of one size, the last of which may be shorter; what fails is taken back, whoever's fault it is."""
        made = self._connection.bucket.encrypted
        answer = await self._connection.run(lambda client: client.create_multipart_upload(**self._where, **made))
        upload = {**self._where, "UploadId": answer["UploadId"]}
        try:
            etags = await self._send_parts(upload, parts)
            listed = [{"PartNumber": number, "ETag": etags[number]} for number in sorted(etags)]
            await self._connection.run(
                lambda client: client.complete_multipart_upload(**upload, MultipartUpload={"Parts": listed})
            )
        except BaseException:
            await self._abort(upload)
            raise

    async def _send_parts(self, upload: dict[str, str], parts: AsyncIterator[bytes]) -> dict[int, str]:
        etags: dict[int, str] = {}
        under_way: set[asyncio.Task[None]] = set()

        async def send_part(number: int, part: bytes) -> None:
            digest = await digested(content_md5, part)

            async def attempt(client: Client) -> str:
                answer = await client.upload_part(**upload, PartNumber=number, Body=part, ContentMD5=digest)
                return str(answer["ETag"])

            etags[number] = await self._connection.run(attempt)

        try:
            number = 0
            async for part in parts:
                number += 1
                under_way.add(asyncio.create_task(send_part(number, part)))
                if len(under_way) >= self._connection.tuning.parts_at_once:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()
            await asyncio.gather(*under_way)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        return etags

    async def _abort(self, upload: dict[str, str]) -> None:
        """Have the store forget the parts. Where that fails as well, the bucket's lifecycle rule removes them."""
        with suppress(StorageUnavailable, TimeoutError):
            async with asyncio.timeout(_ABORT_S):
                await self._connection.run(lambda client: client.abort_multipart_upload(**upload))
